//! Reading `scheme.json`. Rules that need the roll's header are in `check`.

use crate::mismatch::Expected;
use crate::node::{Fields, Node, distinct};
use crate::refused::{Reason, Refused};
use crate::scheme::{
    Exclusion, MEMBERSHIPS, METHODS, Membership, Predicate, ROUNDINGS, RULES_MAX, Ratio, Scheme, Size, Split, Stratum,
    Test,
};

pub(super) fn scheme(bytes: &[u8]) -> Result<Scheme, Refused> {
    let mut fields = Node::document(bytes)?.object()?;
    fields.take("scheme")?.word(&[("mc1", ())], "mc1")?;
    let scheme = Scheme {
        title: fields.take("title")?.text()?,
        membership: fields.take("membership")?.word(&MEMBERSHIPS, "first or every")?,
        exclude: fields.take("exclude")?.list_to(RULES_MAX)?.into_iter().map(exclusion).collect::<Result<_, _>>()?,
        strata: fields.take("strata")?.list_to(RULES_MAX)?.into_iter().map(stratum).collect::<Result<_, _>>()?,
        reserves: fields.take("reserves")?.count()?,
    };
    fields.done()?;
    distinct("exclude", scheme.exclude.iter().map(|exclusion| exclusion.code.as_str()))?;
    distinct("strata", scheme.strata.iter().map(|stratum| stratum.code.as_str()))?;
    if scheme.membership == Membership::First
        && let Some(index) = scheme.strata.iter().position(|stratum| stratum.otherwise)
    {
        return Err(Refused::new(format!("strata[{index}].else"), Reason::ElseUnderFirst));
    }
    Ok(scheme)
}

fn exclusion(node: Node) -> Result<Exclusion, Refused> {
    let mut fields = node.object()?;
    let exclusion = Exclusion {
        code: fields.take("code")?.code()?,
        label: fields.take("label")?.text()?,
        when: predicate(fields.take("when")?)?,
    };
    fields.done()?;
    Ok(exclusion)
}

fn stratum(node: Node) -> Result<Stratum, Refused> {
    let mut fields = node.object()?;
    let stratum = Stratum {
        code: fields.take("code")?.code()?,
        label: fields.take("label")?.text()?,
        population: fields.take("population")?.text()?,
        items: fields.take("items")?.list()?.into_iter().map(Node::text).collect::<Result<_, _>>()?,
        when: predicate(fields.take("when")?)?,
        size: size(fields.take("size")?)?,
        split: fields.optional("split").map(split).transpose()?,
        otherwise: fields.optional("else").map(marked).transpose()?.is_some(),
    };
    if stratum.split.is_some() && matches!(stratum.size, Size::By { .. }) {
        return Err(Refused::new(fields.place_of("split"), Reason::SplitWithBy));
    }
    fields.done()?;
    Ok(stratum)
}

/// `else` is written only where it is true: a second way to say "unmarked" would give one scheme two digests.
fn marked(node: Node) -> Result<(), Refused> {
    let refused = node.refuse(Reason::WrongKind { expected: Expected::TrueOrAbsent });
    if node.boolean()? { Ok(()) } else { Err(refused) }
}

fn split(node: Node) -> Result<Split, Refused> {
    let mut fields = node.object()?;
    let split =
        Split { by: fields.take("by")?.text()?, method: fields.take("method")?.word(&METHODS, "random or hamilton")? };
    fields.done()?;
    Ok(split)
}

fn ratio(place: String, node: Node) -> Result<Ratio, Refused> {
    Ratio::parse(&node.text()?).map_err(|reason| Refused::new(place, reason))
}

fn size(node: Node) -> Result<Size, Refused> {
    let mut fields = node.object()?;
    let size = if let Some(count) = fields.optional("count") {
        Size::Count(count.count()?)
    } else if let Some(by) = fields.optional("by") {
        let column = by.text()?;
        let ratios = fields.take("ratios")?.object()?;
        let place = fields.place_of("ratios");
        let read = |(value, node): (String, Node)| Ok((value.clone(), ratio(format!("{place}.{value}"), node)?));
        let ratios = ratios.entries().into_iter().map(read).collect::<Result<_, Refused>>()?;
        Size::By { column, ratios, rounding: fields.take("rounding")?.word(&ROUNDINGS, "ceil, half-up or floor")? }
    } else {
        let place = fields.place_of("ratio");
        Size::Ratio {
            ratio: ratio(place, fields.take("ratio")?)?,
            rounding: fields.take("rounding")?.word(&ROUNDINGS, "ceil, half-up or floor")?,
            at_least: fields.optional("at_least").map(Node::count).transpose()?,
        }
    };
    fields.done()?;
    Ok(size)
}

fn predicate(node: Node) -> Result<Predicate, Refused> {
    let mut fields = node.object()?;
    let predicate = if let Some(parts) = fields.optional("all") {
        Predicate::All(parts.some(predicate)?)
    } else if let Some(parts) = fields.optional("any") {
        Predicate::Any(parts.some(predicate)?)
    } else if let Some(part) = fields.optional("not") {
        Predicate::Not(Box::new(predicate(part)?))
    } else {
        let form = fields.refuse(Reason::PredicateForm);
        let column = fields.optional("column").ok_or_else(|| form.clone())?.text()?;
        Predicate::Test { column, test: test(&mut fields)?.ok_or(form)? }
    };
    fields.done().map_err(|refused| Refused::new(refused.place, Reason::PredicateForm))?;
    Ok(predicate)
}

/// Takes one kind of test; a second kind is left over and refused by the caller.
fn test(fields: &mut Fields) -> Result<Option<Test>, Refused> {
    if let Some(members) = fields.optional("in") {
        return Ok(Some(Test::In(members.some(Node::text)?)));
    }
    if let Some(members) = fields.optional("prefix") {
        return Ok(Some(Test::Prefix(members.some(Node::filled)?)));
    }
    if let Some(members) = fields.optional("has") {
        return Ok(Some(Test::Has(members.some(Node::filled)?)));
    }
    if let Some(empty) = fields.optional("empty") {
        return Ok(Some(Test::Empty(empty.boolean()?)));
    }
    let from = fields.optional("from").map(Node::text).transpose()?;
    let to = fields.optional("to").map(Node::text).transpose()?;
    if from.is_some() || to.is_some() {
        return Ok(Some(Test::Range { from, to }));
    }
    let at_least = fields.optional("at_least").map(Node::int).transpose()?;
    let at_most = fields.optional("at_most").map(Node::int).transpose()?;
    Ok((at_least.is_some() || at_most.is_some()).then_some(Test::Bounds { at_least, at_most }))
}
