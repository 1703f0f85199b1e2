"""Whether two end customers are one, and the keys to find them by. Pure: text in, result out.

    compare_customers(Customer(name="Elbtal GmbH", postcode="01067"), Customer(name="ELBTAL", city="Dresden")).same
    keys(customer)  # to be stored and indexed, with the fingerprint; two that are the same share at least one

docs/deals.md says how it is weighed. Resellers are compared by `common.companies`, which knows their trade.
"""

from common.companies import Reason
from common.customers.fingerprint import fingerprint
from common.customers.matching import SAME, Comparison, Customer
from common.customers.searching import compare_customers, keys

__all__ = ["SAME", "Comparison", "Customer", "Reason", "compare_customers", "fingerprint", "keys"]
