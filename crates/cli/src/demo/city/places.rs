//! Where things are: how a unit's names and addresses begin, and the divisions of its premises.

use super::dice::Dice;

/// A unit's surroundings, by the unit's place in [`super::UNITS`].
pub struct Place {
    /// How names of firms begin there; one is chosen.
    pub prefixes: &'static [&'static str],
    /// How names of individuals' shops begin there.
    pub shop_prefix: &'static str,
    /// Divisions of the premises with the words with which the address begins.
    pub divisions: &'static [(&'static str, &'static str)],
    /// Share of cooperatives among its ordinary enterprises, per mille.
    pub cooperatives_per_mille: u32,
}

const HAIGANG: (&str, &str) = ("130302", "河北省秦皇岛市海港区");
const SHANHAIGUAN: (&str, &str) = ("130303", "河北省秦皇岛市山海关区");
const BEIDAIHE: (&str, &str) = ("130304", "河北省秦皇岛市北戴河区");
const FUNING: (&str, &str) = ("130306", "河北省秦皇岛市抚宁区");
const QINGLONG: (&str, &str) = ("130321", "河北省秦皇岛市青龙满族自治县");
const CHANGLI: (&str, &str) = ("130322", "河北省秦皇岛市昌黎县");
const LULONG: (&str, &str) = ("130324", "河北省秦皇岛市卢龙县");
const ZONE_WEST: (&str, &str) = ("130302", "河北省秦皇岛市经济技术开发区");
const ZONE_EAST: (&str, &str) = ("130303", "河北省秦皇岛市经济技术开发区东区");
const NEW_DISTRICT: (&str, &str) = ("130322", "河北省秦皇岛市北戴河新区");

/// The surroundings of the ten units.
pub const PLACES: [Place; 10] = [
    Place {
        prefixes: &["秦皇岛", "秦皇岛市海港区", "河北"],
        shop_prefix: "海港区",
        divisions: &[HAIGANG],
        cooperatives_per_mille: 25,
    },
    Place {
        prefixes: &["秦皇岛", "山海关"],
        shop_prefix: "山海关区",
        divisions: &[SHANHAIGUAN],
        cooperatives_per_mille: 50,
    },
    Place {
        prefixes: &["秦皇岛", "北戴河"],
        shop_prefix: "北戴河区",
        divisions: &[BEIDAIHE],
        cooperatives_per_mille: 15,
    },
    Place {
        prefixes: &["秦皇岛", "秦皇岛市抚宁区"],
        shop_prefix: "抚宁区",
        divisions: &[FUNING],
        cooperatives_per_mille: 180,
    },
    Place {
        prefixes: &["青龙满族自治县", "秦皇岛"],
        shop_prefix: "青龙满族自治县",
        divisions: &[QINGLONG],
        cooperatives_per_mille: 310,
    },
    Place {
        prefixes: &["昌黎县", "秦皇岛"],
        shop_prefix: "昌黎县",
        divisions: &[CHANGLI],
        cooperatives_per_mille: 220,
    },
    Place {
        prefixes: &["卢龙县", "秦皇岛"], shop_prefix: "卢龙县", divisions: &[LULONG], cooperatives_per_mille: 260
    },
    Place {
        prefixes: &["秦皇岛", "秦皇岛开发区"],
        shop_prefix: "秦皇岛开发区",
        divisions: &[ZONE_WEST, ZONE_WEST, ZONE_EAST],
        cooperatives_per_mille: 5,
    },
    Place {
        prefixes: &["秦皇岛", "秦皇岛北戴河新区"],
        shop_prefix: "北戴河新区",
        divisions: &[NEW_DISTRICT],
        cooperatives_per_mille: 60,
    },
    Place {
        prefixes: &["秦皇岛", "河北"],
        shop_prefix: "秦皇岛市",
        divisions: &[HAIGANG, HAIGANG, ZONE_WEST, BEIDAIHE, SHANHAIGUAN],
        cooperatives_per_mille: 0,
    },
];

const STREETS: [&str; 32] = [
    "河北大街",
    "文化路",
    "迎宾路",
    "建设大街",
    "民族路",
    "燕山大街",
    "红旗路",
    "和平大街",
    "友谊路",
    "黄河道",
    "长江道",
    "珠江道",
    "学院路",
    "新兴街",
    "光明街",
    "朝阳路",
    "育才路",
    "民生路",
    "兴华路",
    "胜利街",
    "站前街",
    "团结路",
    "东风路",
    "解放路",
    "青年路",
    "幸福街",
    "永安街",
    "平安路",
    "开放路",
    "振兴大街",
    "工业路",
    "园林路",
];
const VILLAGES: [&str; 24] = [
    "杨柳庄",
    "石门沟",
    "木井",
    "前双望",
    "后台营",
    "大新寨",
    "小留守",
    "安山口",
    "靖安屯",
    "龙家店",
    "泥井",
    "朱各庄",
    "刘田庄",
    "茹荷",
    "八道河",
    "肖营子",
    "隔河头",
    "土门子",
    "娄杖子",
    "马圈子",
    "印庄",
    "下寨",
    "燕河营",
    "潘庄",
];

/// An address in the surroundings whose beginning is given.
pub fn address(dice: &mut Dice, beginning: &str, rural: bool) -> String {
    let number = dice.below(480) + 1;
    if rural {
        return format!("{beginning}{}村{number}号", dice.pick(&VILLAGES));
    }
    let street = dice.pick(&STREETS);
    match dice.below(4) {
        0 => format!("{beginning}{street}{number}号"),
        1 => format!(
            "{beginning}{street}{number}号{}栋{}单元{:02}号",
            dice.below(30) + 1,
            dice.below(4) + 1,
            dice.below(20) + 1
        ),
        2 => format!("{beginning}{street}{number}-{}号底商", dice.below(12) + 1),
        _ => format!("{beginning}{street}{number}号{}室", (dice.below(18) + 1) * 100 + dice.below(16) + 1),
    }
}
