//! Forms whose fields name a thing by its id or key, for the question that addresses alone do not ask: what if a field of an
//! allowed form names what is the other county's?

use domain::role::Role;

/// An address, who asks, and a form that is sound but for the key, which is the northern county's or leads to it. `{own}` is
/// the account of who asks.
pub const NAMED: &[(&str, Role, &str)] = &[
    (
        "/office/accounts/new",
        Role::Administrator,
        "login=neu&name=%E6%96%B0&agency={agency}&section=&role=clerk&valid_to=",
    ),
    (
        "/office/accounts/{own}/posts/new",
        Role::Administrator,
        "agency={agency}&section=&role=clerk&valid_to=&version=1",
    ),
    (
        "/office/agencies/new",
        Role::Administrator,
        "parent=130302&code=X9&name=a&short_name=a&level=station&kind=station",
    ),
    ("/office/agencies/new", Role::Administrator, "parent=130300&code=X9&name=a&short_name=a&level=county&kind=bureau"),
    ("/office/agencies/new", Role::Administrator, "parent=&code=000001&name=a&short_name=a&level=city&kind=bureau"),
    (
        "/office/agencies/new",
        Role::Administrator,
        "parent=130304&code=130300%2F130302%2FX9&name=a&short_name=a&level=station&kind=station",
    ),
    ("/office/rules/matching_span", Role::Administrator, "level={agency}&value=5&unit=working_day&basis=a&seen="),
    ("/office/rules/matching_span", Role::Administrator, "level=installation&value=5&unit=working_day&basis=a&seen="),
    ("/office/tasks/new", Role::Clerk, "scheme={scheme}&title=a&window_from=2021-05-10&window_to=2021-05-20&contact=a"),
    ("/office/account/post", Role::Clerk, "post={post}"),
    (
        "/office/moves/new",
        Role::Clerk,
        "certificate=0303000000&name=%E6%A3%80%E6%9F%A5%E5%91%980&receiving=130300&reason=a",
    ),
];

/// The same forms of the county that has the things: each is taken.
pub const OWN: &[(&str, Role, &str)] = &[
    (
        "/office/agencies/new",
        Role::Administrator,
        "parent=130302&code=X9&name=a&short_name=a&level=station&kind=station",
    ),
    ("/office/rules/matching_span", Role::Administrator, "level={agency}&value=5&unit=working_day&basis=a&seen="),
    (
        "/office/moves/new",
        Role::Clerk,
        "certificate=0303000000&name=%E6%A3%80%E6%9F%A5%E5%91%980&receiving=130300&reason=a",
    ),
];
