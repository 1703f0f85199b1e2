# The image of web, worker and scheduler: packages and assets are built apart, and nothing of the building stays in it.

FROM node:24-slim AS frontend
WORKDIR /portal
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY frontend frontend
COPY common/icons.json common/icons.json
RUN npm run build

FROM python:3.13-slim AS packages
WORKDIR /portal
COPY requirements-installer.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements-installer.lock \
    && python -m venv --without-pip /opt/venv \
    && uv pip install --no-cache --no-build --compile-bytecode --require-hashes \
        --python /opt/venv/bin/python --requirement requirements.lock

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PORTAL_ENV=production \
    PORTAL_VAR=/var/lib/portal
# pg_dump, pg_restore and psql of the server in docker-compose.yml, for backups; Debian's own are older, and refuse it.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/portal --create-home portal
COPY --from=packages /opt/venv /opt/venv
WORKDIR /portal
COPY . .
COPY --from=frontend /portal/static/dist static/dist
# Settings that only have to be complete: nothing is connected to, and nothing of it stays in the image.
RUN python -m portal.i18n compile \
    && SECRET_KEY=only-while-the-image-is-built-0123456789-abcdefghijklmnopqrstuvwxyz ALLOWED_HOSTS=localhost \
        DATABASE_URL=postgres://portal@database/portal REDIS_URL=redis://broker/0 EMAIL_URL=smtp://mail:25 \
        python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q common invoices partners portal programs rebates sales tiers trainings
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-m", "portal.alive"]
# Processes: WEB_CONCURRENCY. The heartbeat file of a worker belongs in memory. Loaded before it forks, so that settings
# it refuses are the last thing it says.
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--max-requests", "2000", "--max-requests-jitter", "200", \
     "--log-level", "warning", "--no-control-socket", "--preload"]
