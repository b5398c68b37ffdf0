"""Suitability: may it be asked of this person and this home?"""
