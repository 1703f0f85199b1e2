"""Who has approved a payment run."""

from __future__ import annotations

import pgtrigger
from django.db import models

from rebates.models.closings import FACT
from rebates.models.payments import PaymentRun


class PaymentApproval(models.Model):
    """A person has approved a run, with the checksum of the file they saw. `warning`: what was odd about it."""

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    device = models.CharField(max_length=64, blank=True)
    warning = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="approved_once_by_each")]
        triggers = [
            pgtrigger.Protect(name="approvals_stay", operation=FACT),
            pgtrigger.Trigger(
                name="approved_by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("run", "record")],
                func="""
                    SELECT rebates_paymentrun.state, sha256, requested_by_id INTO run
                    FROM rebates_paymentrun JOIN rebates_paymentproposal proposal ON proposal.id = proposal_id
                    WHERE rebates_paymentrun.id = NEW.run_id;
                    IF run.state <> 'proposed' OR run.sha256 <> NEW.sha256 OR run.requested_by_id = NEW.person_id THEN
                        RAISE EXCEPTION 'payment run % cannot be approved so', NEW.run_id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
