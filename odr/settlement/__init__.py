"""The private room beside the case: offers, mediation, agreements. Nothing here reaches judge or clerk."""
