"""Check characters of the codes of market entities, from the standards."""

# GB 32100—2015: 31 symbols, without I, O, Z, S, V.
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
KIND_LETTERS = {"企业": "1", "个体工商户": "2", "农民专业合作社": "3"}


def credit_check(first17):
    """Character 18 of a 统一社会信用代码: 31 − Σ value·3^(i−1) mod 31, and 31 is 0."""
    total = sum(SYMBOLS.index(symbol) * pow(3, place, 31) for place, symbol in enumerate(first17))
    return SYMBOLS[-total % 31]


def organisation_check(first8):
    """The check character of an organisation code (GB 11714): 11 − Σ mod 11, 10 is X and 11 is 0."""
    value = -sum(int(symbol, 36) * weight for symbol, weight in zip(first8, ORGANISATION_WEIGHTS)) % 11
    return "X" if value == 10 else str(value)


def registration_check(first14):
    """Digit 15 of a 注册号 (GS 15—2006): ISO 7064 MOD 11,10."""
    product = 10
    for digit in first14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def fault(code, kind, division):
    """What is wrong with the code of an object of this kind whose registrar codes in this division; None if it is right."""
    if len(code) == 15 and code.isdigit():
        if kind != "个体工商户":
            return "only shops still have a registration number"
        return None if registration_check(code[:14]) == code[14] and code[:6] == division else "registration number"
    if len(code) != 18 or set(code) - set(SYMBOLS):
        return "form"
    if code[:2] != "9" + KIND_LETTERS[kind]:
        return "department or kind"
    if code[2:8] != division:
        return "division of the registrar"
    if organisation_check(code[8:16]) != code[16]:
        return "check character of the organisation code"
    return None if credit_check(code[:17]) == code[17] else "check character"
