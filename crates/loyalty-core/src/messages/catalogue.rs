//! The built-in texts.

/// The places that a text may have.
pub(super) const PLACEHOLDERS: [&str; 6] = ["of", "found", "needed", "missing", "from", "since"];

/// Every key, with its text in English and in Chinese.
pub(super) const TEXTS: &[(&str, &str, &str)] = &[
    (
        "metric",
        "{of} is {found}; {needed} is needed, {missing} more.",
        "{of}为 {found}，需要 {needed}，还差 {missing}。",
    ),
    (
        "metric.high",
        "{of} is {found}; {needed} is needed, {missing} less.",
        "{of}为 {found}，需要 {needed}，多出 {missing}。",
    ),
    (
        "metric.none",
        "{of} has no value yet; {needed} is needed.",
        "{of}尚无数值，需要 {needed}。",
    ),
    (
        "metric.not",
        "{of} is {found}, which is excluded.",
        "{of}为 {found}，属于排除范围。",
    ),
    (
        "score",
        "The score {of} is {found}; {needed} is needed, {missing} more.",
        "评分 {of} 为 {found}，需要 {needed}，还差 {missing}。",
    ),
    (
        "score.high",
        "The score {of} is {found}; {needed} is needed, {missing} less.",
        "评分 {of} 为 {found}，需要 {needed}，多出 {missing}。",
    ),
    (
        "score.none",
        "The score {of} has no value yet; {needed} is needed.",
        "评分 {of} 尚无数值，需要 {needed}。",
    ),
    (
        "score.not",
        "The score {of} is {found}, which is excluded.",
        "评分 {of} 为 {found}，属于排除范围。",
    ),
    (
        "total",
        "The amount is {found}; {needed} is needed, {missing} more.",
        "金额为 {found}，需要 {needed}，还差 {missing}。",
    ),
    (
        "total.high",
        "The amount is {found}; {needed} is needed, {missing} less.",
        "金额为 {found}，需要 {needed}，多出 {missing}。",
    ),
    (
        "total.none",
        "The amount has no value yet; {needed} is needed.",
        "金额尚无数值，需要 {needed}。",
    ),
    (
        "total.not",
        "The amount is {found}, which is excluded.",
        "金额为 {found}，属于排除范围。",
    ),
    (
        "quantity",
        "The number of units is {found}; {needed} is needed, {missing} more.",
        "件数为 {found}，需要 {needed}，还差 {missing}。",
    ),
    (
        "quantity.high",
        "The number of units is {found}; {needed} is needed, {missing} less.",
        "件数为 {found}，需要 {needed}，多出 {missing}。",
    ),
    (
        "quantity.none",
        "The number of units has no value yet; {needed} is needed.",
        "件数尚无数值，需要 {needed}。",
    ),
    (
        "quantity.not",
        "The number of units is {found}, which is excluded.",
        "件数为 {found}，属于排除范围。",
    ),
    (
        "any_quantity",
        "The number of units of one article is {found}; {needed} is needed, {missing} more.",
        "单一商品的件数为 {found}，需要 {needed}，还差 {missing}。",
    ),
    (
        "any_quantity.high",
        "The number of units of one article is {found}; {needed} is needed, {missing} less.",
        "单一商品的件数为 {found}，需要 {needed}，多出 {missing}。",
    ),
    (
        "any_quantity.none",
        "The number of units of one article has no value yet; {needed} is needed.",
        "单一商品的件数尚无数值，需要 {needed}。",
    ),
    (
        "any_quantity.not",
        "The number of units of one article is {found}, which is excluded.",
        "单一商品的件数为 {found}，属于排除范围。",
    ),
    (
        "points_expiring",
        "In {of}, {found} expire soon; {needed} is needed, {missing} more.",
        "{of} 中即将到期的为 {found}，需要 {needed}，还差 {missing}。",
    ),
    (
        "points_expiring.high",
        "In {of}, {found} expire soon; {needed} is needed, {missing} less.",
        "{of} 中即将到期的为 {found}，需要 {needed}，多出 {missing}。",
    ),
    (
        "points_expiring.none",
        "In {of}, none expire soon; {needed} is needed.",
        "{of} 中即将到期的尚无数值，需要 {needed}。",
    ),
    (
        "points_expiring.not",
        "In {of}, {found} expire soon, which is excluded.",
        "{of} 中即将到期的为 {found}，属于排除范围。",
    ),
    (
        "tier",
        "The rung in {of} is {found}; {needed} is needed.",
        "{of} 的等级为{found}，需要{needed}。",
    ),
    (
        "tier.not",
        "The rung in {of} is {found}, which is excluded.",
        "{of} 的等级为{found}，属于排除范围。",
    ),
    ("tag", "The tag {needed} is missing.", "缺少标签{needed}。"),
    (
        "tag.not",
        "The tag {needed} is set, which is excluded.",
        "带有标签{needed}，属于排除范围。",
    ),
    (
        "segment",
        "The member does not belong to {needed}.",
        "会员不属于{needed}。",
    ),
    (
        "segment.not",
        "The member belongs to {needed}, which is excluded.",
        "会员属于{needed}，属于排除范围。",
    ),
    (
        "birthday",
        "The birthday, {found}, is not near.",
        "生日（{found}）还未临近。",
    ),
    (
        "birthday.none",
        "The birthday is not known.",
        "生日未填写。",
    ),
    (
        "birthday.not",
        "The birthday, {found}, is near, which is excluded.",
        "生日（{found}）临近，属于排除范围。",
    ),
    (
        "anniversary",
        "The anniversary of joining on {found} is not near.",
        "入会（{found}）周年日还未临近。",
    ),
    (
        "anniversary.none",
        "The member has not joined.",
        "尚未入会。",
    ),
    (
        "anniversary.not",
        "The anniversary of joining on {found} is near, which is excluded.",
        "入会（{found}）周年日临近，属于排除范围。",
    ),
    (
        "tenure",
        "The member joined on {found}; the day that counts is {needed}.",
        "入会日为 {found}，以 {needed} 为界。",
    ),
    ("tenure.none", "The member has not joined.", "尚未入会。"),
    (
        "tenure.not",
        "The member joined on {found}, which is excluded.",
        "入会日为 {found}，属于排除范围。",
    ),
    (
        "enrolled",
        "The member joined on {found}; {needed} is needed.",
        "入会日为 {found}，需要 {needed}。",
    ),
    ("enrolled.none", "The member has not joined.", "尚未入会。"),
    (
        "enrolled.not",
        "The member joined on {found}, which is excluded.",
        "入会日为 {found}，属于排除范围。",
    ),
    (
        "attribute",
        "The member's {of} is {found}; {needed} is needed.",
        "会员的 {of} 为 {found}，需要 {needed}。",
    ),
    (
        "attribute.none",
        "The member's {of} is not known.",
        "会员的 {of} 未填写。",
    ),
    (
        "attribute.not",
        "The member's {of} is {found}, which is excluded.",
        "会员的 {of} 为 {found}，属于排除范围。",
    ),
    (
        "event_attribute",
        "The {of} of the event is {found}; {needed} is needed.",
        "事件的 {of} 为 {found}，需要 {needed}。",
    ),
    (
        "event_attribute.none",
        "The {of} of the event is not known.",
        "事件的 {of} 未填写。",
    ),
    (
        "event_attribute.not",
        "The {of} of the event is {found}, which is excluded.",
        "事件的 {of} 为 {found}，属于排除范围。",
    ),
    (
        "kind",
        "The event is {found}; {needed} is needed.",
        "事件为 {found}，需要 {needed}。",
    ),
    (
        "kind.none",
        "The event is not known; {needed} is needed.",
        "事件未知，需要 {needed}。",
    ),
    (
        "kind.not",
        "The event is {found}, which is excluded.",
        "事件为 {found}，属于排除范围。",
    ),
    (
        "channel",
        "The channel is {found}; {needed} is needed.",
        "渠道为 {found}，需要 {needed}。",
    ),
    (
        "channel.none",
        "The channel is not known; {needed} is needed.",
        "渠道未知，需要 {needed}。",
    ),
    (
        "channel.not",
        "The channel is {found}, which is excluded.",
        "渠道为 {found}，属于排除范围。",
    ),
    (
        "store",
        "The store is {found}; {needed} is needed.",
        "门店为 {found}，需要 {needed}。",
    ),
    (
        "store.none",
        "The store is not known; {needed} is needed.",
        "门店未知，需要 {needed}。",
    ),
    (
        "store.not",
        "The store is {found}, which is excluded.",
        "门店为 {found}，属于排除范围。",
    ),
    (
        "weekday",
        "The weekday is {found}; {needed} is needed.",
        "星期为 {found}，需要 {needed}。",
    ),
    (
        "weekday.none",
        "The weekday is not known; {needed} is needed.",
        "星期未知，需要 {needed}。",
    ),
    (
        "weekday.not",
        "The weekday is {found}, which is excluded.",
        "星期为 {found}，属于排除范围。",
    ),
    (
        "hours",
        "It is not between the hours of {needed}.",
        "不在 {needed} 时段内。",
    ),
    (
        "hours.not",
        "It is between the hours of {needed}, which is excluded.",
        "处于 {needed} 时段，属于排除范围。",
    ),
    (
        "dates",
        "The day is {found}; {needed} is needed.",
        "日期为 {found}，需要 {needed}。",
    ),
    (
        "dates.not",
        "The day is {found}, which is excluded.",
        "日期为 {found}，属于排除范围。",
    ),
    ("days.from", "{needed} or later", "{needed} 及以后"),
    ("days.until", "{needed} or earlier", "{needed} 及以前"),
    (
        "yearly",
        "The day is {found}; {needed} is needed.",
        "日期为 {found}，需要 {needed}。",
    ),
    (
        "yearly.not",
        "The day is {found}, which is excluded.",
        "日期为 {found}，属于排除范围。",
    ),
    (
        "contains",
        "The basket has no such article.",
        "订单中没有所需的商品。",
    ),
    (
        "contains.not",
        "The basket has an article that is excluded.",
        "订单中有被排除的商品。",
    ),
    (
        "stage",
        "The stage is {found}; {needed} is needed.",
        "当前阶段为 {found}，需要 {needed}。",
    ),
    (
        "stage.none",
        "There is no stage yet; {needed} is needed.",
        "尚无阶段，需要 {needed}。",
    ),
    (
        "stage.not",
        "The stage is {found}, which is excluded.",
        "当前阶段为 {found}，属于排除范围。",
    ),
    (
        "plan",
        "The plan is {found}; {needed} is needed.",
        "当前付费计划为 {found}，需要 {needed}。",
    ),
    (
        "plan.none",
        "There is no paid plan; {needed} is needed.",
        "没有付费计划，需要 {needed}。",
    ),
    (
        "plan.not",
        "The plan is {found}, which is excluded.",
        "当前付费计划为 {found}，属于排除范围。",
    ),
    (
        "warning",
        "The warning level is {found}; {needed} is needed.",
        "预警级别为 {found}，需要 {needed}。",
    ),
    (
        "warning.not",
        "The warning level is {found}, which is excluded.",
        "预警级别为 {found}，属于排除范围。",
    ),
    (
        "abandoned",
        "Whether the member has been given up is {found}; {needed} is needed.",
        "是否已放弃唤回为 {found}，需要 {needed}。",
    ),
    (
        "abandoned.not",
        "Whether the member has been given up is {found}, which is excluded.",
        "是否已放弃唤回为 {found}，属于排除范围。",
    ),
    (
        "rhythm",
        "{of} is {found}; by the member's own rhythm {needed} is needed, {missing} more.",
        "{of}为 {found}，按会员自身节奏需要 {needed}，还差 {missing}。",
    ),
    (
        "rhythm.none",
        "The member has no rhythm yet.",
        "会员尚未形成购买节奏。",
    ),
    (
        "rhythm.not",
        "{of} is {found}, which is excluded by the member's own rhythm.",
        "{of}为 {found}，按会员自身节奏属于排除范围。",
    ),
    (
        "step",
        "{of} is done {found} times; {needed} is needed, {missing} more.",
        "{of}已完成 {found} 次，需要 {needed} 次，还差 {missing} 次。",
    ),
    ("condition", "The condition does not hold.", "条件不成立。"),
    (
        "from",
        " It will hold from {from} on.",
        " 自 {from} 起成立。",
    ),
    (
        "since",
        " It counts from {since} on.",
        " 自 {since} 起计算。",
    ),
];
