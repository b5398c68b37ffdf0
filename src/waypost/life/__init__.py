"""The life of an order: made, varied, suspended, transferred, ended; and the programme it is of.

values, lifecycle   the words and the one table of stages
varying             what a variation changes, and whose decision that is (orders/law.py)
programmes          which orders a programme is for
actions, queries    what may be done and asked
"""
