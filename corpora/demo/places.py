"""Writes gazetteer.csv: the invented place names of the fictional city of Binhe (滨河市). Standard library only.

    python places.py [--count 5400] [--seed 2026]

First the names that the calls speak (spoken_places.txt) and those that the written records use (record_places.txt, where
the file exists), then names put together from the lists below until there are enough. All names and aliases are
distinct. Whole names of well-known real places and anything that begins with a province or a large city are left out;
what remains may by chance be the name of some real lane or village, as names of this kind are.
"""
import argparse
import csv
import pathlib
import random

HERE = pathlib.Path(__file__).parent
UNITS = {"990102": 5, "990103": 4, "990104": 4, "990105": 5, "990121": 4}  # branch and its number of stations
RURAL = ["990105", "990121"]

# Two-character words from which estates, roads and venues are named.
WORDS = """紫藤 银杏 海棠 丁香 芙蓉 玉兰 腊梅 茉莉 蔷薇 杜鹃 木槿 山茶 石榴 枇杷 杨梅 樱桃 青柠 橘香 桂香 荷风 莲韵 竹韵 松涛 枫林 枫丹 白露 秋实
春晖 夏荷 冬青 晨曦 晨光 朝霞 晚枫 暮云 星辰 星汇 月华 月湖 云溪 云起 云锦 云岭 雨荷 雪松 霁月 清风 和风 长风 惠风 兰亭 听涛 听泉 听松 观澜
观湖 望江 望岳 揽月 临波 依林 傍溪 锦绣 锦城 锦程 锦江 金域 金穗 金鼎 金桥 金沙 银河 银座 银湖 玉泉 玉带 翠屏 翠堤 翠湖 碧波 碧水 碧云 青山
青云 青禾 绿茵 绿洲 绿野 红枫 红叶 丹霞 丹桂 彩虹 彩云 香榭 香樟 香雪 书香 墨香 翰林 学府 状元 文华 文景 文昌 德馨 德胜 仁和 仁德 义和 信义
诚信 和谐 和顺 和润 祥和 祥云 吉祥 如意 平安 安康 安居 安泰 康宁 康乐 福满 福安 福泽 鸿福 鸿运 鸿泰 瑞景 瑞和 瑞祥 瑞丰 盛和 盛景 盛世 兴盛
兴隆 兴旺 昌盛 昌平里 隆泰 隆昌 泰和 泰安里 恒泰 恒信 恒大路口 恒昌 永安 永康里 永和 永泰 万和 万顺 万福 万象 百合 百花 百川 千叶 千禧 九龙
九鼎 八方 七星 六合 五福 四季 三江 三叠 双溪 双桥 双井 一品 东篱 东风 东升 西林 西苑 西溪 南苑 南洋 南屏 北苑 北辰 中兴 中和 上林 上品 新城
新月 新源 新兴 阳光 阳明 光明 光华 曙光 华光 华美 华章 华龙 龙腾 龙湾 龙泽 凤鸣 凤栖 凤凰 麒麟 鹿鸣 鹤翔 鹤鸣 鸣泉 鹭岛 雁塔里 雁栖 燕归 莺歌
蝶舞 蜂鸟 骏景 骏马 天成 天骄 天润 天鹅 地景 湖畔 湖心 湖光 水岸 水云 水木 水映 江畔 江枫 河畔 河洲 海韵 海悦 海天 海晏 滨海里 滨江 浅水 秋水
伊水 洛神 曲江里 曲水 漱玉 沁园 沁芳 沧浪 涟漪 澄波 澄江 澜庭 浣纱 浣花 淑景 润泽 润和 清溪 清晏 清波 清荷 清泉 溪谷 溪语 溪山 泊岸 泉城里 琥珀 琉璃
珑庭 珍珠 珊瑚 瑶池 瑾园 璞玉 璟园 玲珑 钟楼里 钟秀 钻石 铂悦 铜锣 锦园 长乐 长宁里 长青 长虹 雅居 雅苑 雅韵 雍和 雍景 逸景 逸云 悦府 悦湖 悦景
怡景 怡和 怡心 恬园 惠民 惠泽 慧园 景和 景泰 景明 景秀 映月 映山 曼城 朗月 朗诗 望春 望海 梦溪 梧桐 桃源 桃李 栖霞 桐花 梅香 梅岭 梨园 棠梨
楠溪 榕树 槐荫里 橡树 柏林里 柏翠 柳岸 柳浪 柳莺 杏花 杏林 李园 果香 枣园 枕水 森林 椰风 樟木 橙香 沐春 沐阳 春江 春熙里 春和 春满 夕照 夕阳红
荟萃 荣华 荣盛 莱茵 莲花 菊香 菩提 萃园 蓝湾 蓝天 蓝庭 薰衣草 芳草 芳菲 芳华 芦花 苹果 茗香 草堂 采薇 采莲 紫薇 紫荆 紫竹 紫云 紫金 赤枫 朱雀
玄武里 青龙 白鹭 白鹤 白桦 黄鹂 绿萝 橙光 乌桕 墨兰 素心 简爱 知春 知音 致远 明德 明珠 明月 明湖 弘文 弘毅 尚品 尚书 尚景 尚美 崇文里 崇德 崇礼
建业 建设 建国里 创业 创新 奋进 腾飞 腾龙 飞翔 飞鸿 飞云 朝阳里 向阳 向荣 团结 友谊 友爱 幸福 和平里 胜利 解放 前进 红旗 红星 东方 丰收 丰泽 丰年
丰乐 富民 富贵 富强 裕华 裕民 裕丰 禾香 麦田 麦香 稻香 谷香 棉纺 毛纺 机电 轴承 化肥 钢花 煤机 电机 仪表 铁路 邮电 粮库 水泥 印染 灯泡 钟表""".split()
WORDS = [w for w in WORDS if len(w) == 2]
FIRST = list("云锦翠紫碧青金银玉秀清澄晴晓晨星月霞岚雪松柏枫桐梅兰竹荷莲芷蕙棠榴槐榆桂杏桃李梨橘茗书墨琴棋文德仁礼信和安宁康泰福禄瑞祥丰裕盛兴昌隆鸿鹏鹤鹿凤龙麟溪泉湖澜波汀洲岭屏峰谷林野望听观映临栖揽逸雅静怡悦欣润泽")
SECOND = list("庭苑园府居里轩台阁榭亭坊湾岸堤桥溪泉湖波澜涛汀洲岭屏峰谷林野松竹梅兰桂柏桐枫荷莲华景辉光霞月星云风雨雪露霖晖阳春秋和安宁康泰福瑞祥丰裕盛兴昌隆")
ESTATE = "小区 小区 小区 花园 花园 家园 苑 苑小区 公寓 新村 佳园 华庭 雅苑 名邸 嘉园 公馆 府 里 城 雅居 丽景 庄园 家属院 东区 西区 湾 一号院".split()
ROAD = "路 路 路 路 街 街 大街 大道 巷 巷 胡同 东路 西路 南路 北路 中路 一街 二街 三路 支路 弄 横街".split()
SURNAMES = list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来")
NATURE = "柳树 榆树 槐树 枣树 杏树 梨树 柿子 核桃 石榴 松树 白杨 桑树 椿树 竹林 芦苇 荷塘 石桥 木桥 砖桥 石磨 碾子 水磨 井台 甜水 苦水 清泉 黑土 黄土 红土 白土 沙土 青石 白石 红石 黑石 乱石 石灰 瓦窑 砖窑 炭窑 油坊 粉坊 豆腐 酒坊 铁匠 木匠 羊圈 马房 牛栏 鸭子 大雁 野鸡 狐狸 獾子 狼窝 鹰嘴 凤凰 卧龙 虎头 龟山 鱼塘 河口 河湾 渡口 滩头 坝头 堤下 沟里 梁上 坡底 岭前 岭后 山前 山后 寺前 庙后 塔下 关帝 土地 娘娘 古城 营房 烽火 驿站 旗杆 牌坊 戏台 集市 东头 西头 南坡 北坡 上河 下河 前沟 后沟 大湾 小湾 高台 平川".split()
VILLAGE = "村 村 村 庄 庄 屯 屯 洼 沟村 寨 营 店 铺 集 堡 庄子 家村 台 坪 坡 湾村 河村 桥村 岭村 洼村".split()
VENUE = "广场 大厦 商城 商厦 购物中心 菜市场 农贸市场 早市 夜市 批发市场 建材市场 花鸟市场 超市 酒店 宾馆 饭店 酒楼 火锅城 烧烤城 网咖 歌厅 KTV 洗浴中心 健身馆 台球厅 棋牌室 茶楼 影城 公园 体育馆 游泳馆 图书馆 医院 诊所 药房 口腔门诊 加油站 停车场 汽修厂 驾校 写字楼 科技园 物流园 客运站 养老院 敬老院 幼儿园 小学 中学 实验学校 职业学校 培训中心 银行 快递站 工业园 食品厂 服装厂 家具城 汽车城".split()
SITE = "工地 二期工地 三期工地 安置房工地 改造工地 标段 中心工地 大厦工地 厂房工地 隧道工地 管廊工地 学校工地".split()
# Real provinces, large cities and famous sights: no invented name may begin with one of these.
REAL = """北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 广西 西藏 宁夏 新疆
香港 澳门 南京 杭州 苏州 无锡 宁波 温州 合肥 福州 厦门 南昌 济南 青岛 郑州 洛阳 武汉 长沙 广州 深圳 珠海 成都 昆明 西安 兰州 银川 大连 沈阳 长春 哈尔滨 石家庄 太原 贵阳 南宁 海口 泰山 泰安
华山 黄山 庐山 峨眉 西湖 故宫 天安门 王府井 外滩 陆家嘴 中关村 三里屯 玉泉营 颐和园 圆明园 凤凰古城 丽江 大理 桂林 乌镇 曲江 雁塔 玄武 秦淮 金鸡湖 武康 常德 安康 安阳 信阳 保定 宝鸡 康定 瑞金 福鼎 
龙岩 龙湖 万达 万科 恒大 碧桂园 华润 金地 中海 绿地 银泰 大悦城 太古里 天鹅湖 九寨 长城 长江 黄河 鄱阳 洞庭 太湖 滇池 青海湖 七星岩 九龙坡 双井街 长乐 永和 景德镇 玉林 梅州 梅县 柳州 桂平 华阴 华安 和平 清华 文昌 文山 云浮 云霄 兴安 兴化 安宁 安溪 泰兴 泰和 福清 福安 瑞丽 瑞安 丰台 丰都 祥云 康平 松江 青浦 青田 金华 金坛 银座 玉溪""".split()


def made(pick):
    """One invented (name, kind, aliases, rural)."""
    def pair():
        if pick.random() < .55:
            return pick.choice(WORDS)
        a, b = pick.choice(FIRST), pick.choice(SECOND)
        return pair() if a == b else a + b
    kind = pick.choices(["estate", "road", "village", "venue", "site", "other"], [40, 21, 17, 17, 4, 1])[0]
    stem = pair() + (pick.choice(WORDS) if kind == "estate" and pick.random() < .12 else "")
    if kind == "estate":
        end = pick.choice(ESTATE)
        return stem + end, kind, [stem] if end == "小区" and len(stem) > 2 else [stem + "苑"] if end == "苑小区" else [], False
    if kind == "road":
        return stem + pick.choice(ROAD), kind, [], False
    if kind == "village":
        if pick.random() < .5:
            name = pick.choice(["", "", "", "大", "小", "东", "西", "南", "北", "上", "下", "前", "后", "老"]) + pick.choice(SURNAMES)
            return name + pick.choice(["家庄", "家屯", "家洼", "家沟", "家寨", "家营", "家铺", "家桥", "家湾", "家岭", "家集", "庄村", "家堡", "家圪垛", "家窑"]), kind, [], True
        name = pick.choice(["", "", "", "大", "小", "东", "西", "南", "北", "上", "下"]) + pick.choice(NATURE) + pick.choice(VILLAGE)
        return name, kind, [], True
    if kind == "venue":
        return stem + pick.choice(VENUE), kind, [], False
    if kind == "site":
        return stem + pick.choice(SITE), kind, [], False
    return stem + pick.choice(["桥", "立交桥", "地铁口", "公交站", "水库", "河堤", "渡口", "收费站"]), kind, [], False


def given(name):
    path = HERE / name
    rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for row in rows:
        if row.strip() and not row.startswith(("#", "name,")):
            name, kind, unit, aliases = (row.strip().split(",") + [""])[:4]
            yield name, kind, unit, [x for x in aliases.split(";") if x]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=5400)
    options.add_argument("--seed", type=int, default=2026)
    wanted = options.parse_args()
    pick = random.Random(wanted.seed)
    rows, taken = [], set()

    def add(name, kind, unit, aliases):
        if name not in taken:
            aliases = [x for x in aliases if x not in taken]
            taken.update([name, *aliases])
            rows.append((name, kind, unit, ";".join(aliases), "", ""))

    for source in ("spoken_places.txt", "record_places.txt"):
        for place in given(source):
            add(*place)
    fixed = len(rows)
    while len(rows) < wanted.count:
        name, kind, aliases, rural = made(pick)
        if name.startswith(tuple(REAL)) or not 3 <= len(name) <= 9 or any(a == b for a, b in zip(name, name[1:])):
            continue
        branch = pick.choice(RURAL if rural else list(UNITS))
        add(name, kind, f"{branch}{pick.randint(1, UNITS[branch]):02}0000", aliases)
    tail = rows[fixed:]
    rows[fixed:] = sorted(tail, key=lambda row: (row[1], row[2], row[0]))
    with open(HERE / "gazetteer.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["name", "kind", "unit_code", "aliases", "lat", "lon"])
        writer.writerows(rows)
    print(f"{len(rows)} names, {fixed} of them given")


if __name__ == "__main__":
    main()
