"""Security in an enforcement: with the creditor's consent it waits, and unpaid it goes on against the security too (CPL 242; CPI 467–469)."""
