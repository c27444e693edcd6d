//! Invented names of firms, shops and people, and what the firms do. Any likeness to a real one is chance.

use super::dice::Dice;
use std::collections::HashSet;

/// A line of business.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trade {
    /// What stands in a firm's name before 有限公司.
    pub firm: &'static str,
    /// What stands at the end of a shop's name.
    pub shop: &'static str,
    /// Industry by GB/T 4754—2017: letter and four digits.
    pub industry: &'static str,
}

const fn trade(firm: &'static str, shop: &'static str, industry: &'static str) -> Trade {
    Trade { firm, shop, industry }
}

/// Lines of business of ordinary firms and shops.
pub const ORDINARY: [Trade; 40] = [
    trade("商贸", "百货店", "F5211"),
    trade("超市", "超市", "F5212"),
    trade("粮油", "粮油店", "F5221"),
    trade("果蔬", "果蔬店", "F5223"),
    trade("水产品", "水产店", "F5224"),
    trade("服装", "服装店", "F5232"),
    trade("鞋帽", "鞋店", "F5233"),
    trade("医药", "药房", "F5251"),
    trade("汽车销售", "车行", "F5261"),
    trade("汽车配件", "汽配店", "F5263"),
    trade("家用电器", "电器行", "F5271"),
    trade("五金建材", "五金店", "F5281"),
    trade("餐饮管理", "饭店", "H6210"),
    trade("快餐", "快餐店", "H6220"),
    trade("酒店", "旅馆", "H6110"),
    trade("汽车服务", "汽修厂", "O8111"),
    trade("美容美发", "理发店", "O8040"),
    trade("饲料", "饲料店", "C1320"),
    trade("食品", "食品店", "C1411"),
    trade("机械制造", "机械加工部", "C3484"),
    trade("金属结构", "焊接部", "C3311"),
    trade("玻璃制品", "玻璃店", "C3054"),
    trade("软件科技", "电脑店", "I6513"),
    trade("信息技术", "数码店", "I6550"),
    trade("建筑工程", "建材店", "E4710"),
    trade("装饰工程", "装饰部", "E5011"),
    trade("物流", "货运部", "G5430"),
    trade("仓储", "仓储部", "G5990"),
    trade("物业服务", "保洁部", "K7020"),
    trade("房地产经纪", "房产中介部", "K7030"),
    trade("人力资源", "劳务部", "L7262"),
    trade("商务咨询", "复印部", "L7249"),
    trade("旅行社", "旅游服务部", "L7291"),
    trade("环保科技", "再生资源店", "M7511"),
    trade("园林绿化", "花店", "N7840"),
    trade("农业开发", "种植园", "A0141"),
    trade("渔业", "渔具店", "A0411"),
    trade("养殖", "养殖场", "A0313"),
    trade("新能源", "充电站", "D4416"),
    trade("家政服务", "家政部", "O8010"),
];

const FIRST: [&str; 72] = [
    "昊", "澜", "瑞", "泽", "恒", "景", "沐", "嘉", "卓", "祺", "朗", "煜", "冀", "渤", "碣", "港", "燕", "翔", "鸿",
    "沣", "玖", "盈", "禾", "丰", "硕", "通", "捷", "锦", "铭", "钧", "森", "源", "润", "汇", "融", "鼎", "晟", "曜",
    "晨", "旭", "云", "岚", "岳", "峰", "川", "海", "舟", "帆", "鸥", "鹭", "鹤", "骏", "麒", "凌", "霄", "远", "宏",
    "达", "博", "雅", "淳", "朴", "信", "诚", "睿", "哲", "倍", "优", "佳", "良", "元", "启",
];
const SECOND: [&str; 64] = [
    "顺", "兴", "隆", "昌", "盛", "茂", "泰", "康", "宁", "安", "和", "谐", "畅", "腾", "飞", "跃", "展", "拓", "创",
    "新", "益", "利", "宝", "鑫", "钰", "琪", "琳", "璟", "屿", "湾", "浪", "潮", "港", "桥", "川", "岭", "原", "野",
    "田", "园", "林", "松", "柏", "桐", "梓", "桦", "榆", "兰", "芝", "蕙", "薇", "芮", "诺", "言", "语", "逸", "航",
    "程", "途", "轩", "阁", "堂", "坊", "斋",
];
const THIRD: [&str; 28] = [
    "", "", "", "", "", "", "", "", "德", "仁", "立", "正", "中", "方", "华", "北", "东", "南", "天", "地", "一", "三",
    "百", "万", "同", "联", "合", "本",
];

const SURNAMES: [&str; 56] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马",
    "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾",
    "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "佟", "关", "那", "富", "欧阳", "上官",
];
const GIVEN: [&str; 64] = [
    "伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超",
    "秀兰", "霞", "平", "刚", "桂英", "玉兰", "建国", "志强", "海燕", "春梅", "立新", "文博", "子轩", "梓涵", "雨桐",
    "浩然", "思远", "佳怡", "晓东", "振华", "国庆", "爱民", "宝山", "长海", "德福", "凤琴", "广义", "红旗", "继承",
    "金生", "景山", "俊峰", "克勤", "连波", "满仓", "明月", "乃文", "培根", "启明", "荣昌", "树森", "天佑", "为民",
    "向阳", "小满", "延年",
];

/// A person's name.
pub fn person(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(&SURNAMES), dice.pick(&GIVEN))
}

/// A shop sign or firm's own word of two or three characters.
fn word(dice: &mut Dice) -> String {
    format!("{}{}{}", dice.pick(&FIRST), dice.pick(&SECOND), dice.pick(&THIRD))
}

/// Gives out names, each once.
#[derive(Default)]
pub struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Calls `make` with ever new words until the name is new. With its 129,024 words the city never comes near an end.
    pub fn unique(&mut self, dice: &mut Dice, make: impl Fn(&str) -> String) -> String {
        loop {
            let name = make(&word(dice));
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}
