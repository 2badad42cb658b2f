"""Sound sentences in both languages as plain data, and slips of the pen put into them. Imports nothing of the court.

``DEV`` is what thresholds are set on, ``FROZEN`` what is measured and never tuned on: other sentences, other tables of slips, other
draws. A Chinese slip takes a word for one that sounds or looks like it, as people type; an English one is a letter left out, doubled,
exchanged with its neighbour or with the next key, or a word many people misspell.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

DEV_ZH = """
原告与被告于网上订立买卖合同，原告已经支付全部价款。
被告收到货款后没有按照约定的时间发货。
原告多次与被告的客服沟通，被告拒绝退款。
本院认为，依法成立的合同受法律保护，当事人应当按照约定全面履行义务。
被告经本院合法传唤，无正当理由拒不到庭参加诉讼。
原告提交的聊天记录、付款凭证和商品照片能够相互印证，本院予以采信。
双方争议的焦点是被告的行为是否构成违约。
被告辩称商品没有质量问题，不同意原告的诉讼请求。
如果未按本判决指定的期间履行给付金钱义务，应当加倍支付迟延履行期间的债务利息。
如不服本判决，可以在判决书送达之日起十五日内向本院递交上诉状。
当事人对自己提出的主张，有责任提供证据。
案件受理费由被告负担。
请您在收到本通知之日起七日内补充提交身份证明和营业执照。
您提交的起诉状缺少被告的住所地，请补正后再次提交。
本院已经收到您的答辩状，并已送达对方当事人。
请您提前十分钟进入在线法庭，并检查摄像头和麦克风。
原告因商品不能使用，另行购买了一台同类产品。
被告销售的食品没有标明生产日期，不符合食品安全标准。
调解协议经双方签名后生效，与判决书具有同等效力。
评估报告认定车辆的损失为一万二千元。
被告未经许可，在其网站上使用了原告拍摄的照片。
平台没有提供卖家的真实名称、地址和有效联系方式。
原告申请对被告名下的银行存款采取保全措施。
鉴定人出庭作证，回答了双方的询问。
本案适用小额诉讼程序审理，实行一审终审。
被告承认收到款项，但主张该款项是借款。
原告撤回对第二被告的起诉，本院准许。
本院对双方无异议的事实予以确认。
电子数据的内容经可信时间戳认证，未被修改。
被执行人应当如实报告财产情况。
旅客因航班取消改签了次日的航班，多支出住宿费三百元。
健身房停业后未退还剩余会员费。
""".strip().splitlines()

SLIPS_DEV_ZH = {
    "合同": ("合桐", "和同"),
    "支付": ("支符", "只付"),
    "约定": ("约订", "约丁"),
    "沟通": ("沟同", "勾通"),
    "退款": ("腿款", "退宽"),
    "法律": ("法率", "法绿"),
    "履行": ("旅行", "屡行"),
    "传唤": ("传换", "传焕"),
    "凭证": ("平证", "凭正"),
    "印证": ("应证", "引证"),
    "争议": ("争义", "挣议"),
    "辩称": ("辨称", "变称"),
    "利息": ("利希", "力息"),
    "判决": ("判绝", "叛决"),
    "送达": ("颂达", "送答"),
    "主张": ("主章", "助张"),
    "证据": ("证剧", "正据"),
    "通知": ("通之", "同知"),
    "补正": ("补证", "不正"),
    "答辩": ("答辨", "达辩"),
    "标准": ("标淮", "标谁"),
    "协议": ("协义", "携议"),
    "效力": ("效利", "郊力"),
    "损失": ("损实", "损矢"),
    "许可": ("许克", "许渴"),
    "保全": ("保权", "宝全"),
    "鉴定": ("监定", "签定"),
    "诉讼": ("诉颂", "诉松"),
    "撤回": ("撤会", "彻回"),
    "异议": ("异义", "意议"),
    "事实": ("事时", "试实"),
    "财产": ("财铲", "才产"),
    "措施": ("错施", "措失"),
    "期间": ("其间", "期见"),
}

FROZEN_ZH = """
原告通过被告经营的网店购买二手相机一台，价款三千八百元。
相机到货后无法开机，原告于当日申请售后服务。
被告以超过七天为由拒绝办理退货手续。
合议庭经评议认为，被告应当承担相应的赔偿责任。
原告主张的误工费缺乏证据证明，本院不予支持。
被告对该录音的真实性提出异议，但未申请鉴定。
法官向双方释明了举证责任的分配。
庭审结束后，当事人应当核对笔录并签名。
本院依照民事诉讼法的规定，裁定准许原告撤诉。
被告在答辩期内提出管辖权异议，本院裁定驳回。
请您在三日内交纳案件受理费，逾期不交的按撤诉处理。
您的代理人提交的授权委托书没有载明代理权限。
本院决定延长举证期限十日，请您按时提交。
对方当事人已经同意在线调解，请您选择方便的时间。
您可以在网上查阅案件材料，也可以申请复制。
开庭时间变更为下周三上午九时，地点不变。
被告逾期未答辩，也未提供任何证据。
房东在租赁期满后拒绝返还押金。
快递公司未经收件人同意将包裹放在驿站，导致货物丢失。
主播在直播间承诺的赠品没有寄出。
培训机构更换授课老师，课程质量明显下降。
原告的账号被平台永久封禁，平台没有说明理由。
双方当事人自愿达成如下调解协议。
被告应当于本判决生效之日起十日内返还货款。
该条款减轻了经营者的责任，应当认定无效。
证人与原告有亲属关系，其证言应当结合其他证据判断。
保险公司在收到理赔材料后三十日内没有作出核定。
原告提供的公证书记载了侵权网页的全部内容。
被告转让债权时没有通知债务人。
申请人提供担保后，本院裁定冻结被申请人的账户。
执行法院查明被执行人没有可供执行的财产。
申请人请求确认调解协议的效力。
第三人认为本案的处理结果与其有利害关系。
本院向被告的住所地邮寄送达了起诉状副本。
当事人可以自行和解，也可以请求本院主持调解。
检测机构出具的报告载明样品不合格。
消费者有权要求经营者提供发票。
被告的抗辩理由不能成立。
原告放弃利息请求，属于对自己权利的处分。
人民陪审员参加了本案的审理。
夜里下雨，阳台的花盆掉下来砸坏了邻居的空调外机。
猫粮开袋以后有霉味，两只猫都出现了呕吐。
""".strip().splitlines()

SLIPS_FROZEN_ZH = {
    "购买": ("构买", "购卖"),
    "价款": ("价宽", "介款"),
    "申请": ("申清", "身请"),
    "服务": ("服雾", "服物"),
    "退货": ("退贷", "推货"),
    "手续": ("手序", "首续"),
    "评议": ("评义", "平议"),
    "赔偿": ("赔尝", "陪偿"),
    "责任": ("责认", "则任"),
    "证明": ("证名", "正明"),
    "真实": ("真时", "真识"),
    "举证": ("举正", "据证"),
    "笔录": ("笔路", "比录"),
    "裁定": ("栽定", "裁订"),
    "管辖": ("管瞎", "官辖"),
    "驳回": ("驳会", "博回"),
    "受理": ("受里", "受利"),
    "撤诉": ("撤述", "澈诉"),
    "委托": ("委拖", "委脱"),
    "权限": ("权线", "全限"),
    "延长": ("延常", "言长"),
    "期限": ("其限", "期现"),
    "调解": ("调节", "条解"),
    "材料": ("才料", "材科"),
    "变更": ("变跟", "变梗"),
    "逾期": ("愈期", "余期"),
    "租赁": ("组赁", "租任"),
    "返还": ("反还", "返环"),
    "押金": ("压金", "押今"),
    "承诺": ("成诺", "承若"),
    "质量": ("质亮", "制量"),
    "账号": ("账浩", "帐号"),
    "自愿": ("自原", "自远"),
    "条款": ("条宽", "调款"),
    "证言": ("证严", "正言"),
    "公证": ("公正", "公政"),
    "担保": ("但保", "担宝"),
    "冻结": ("冻节", "东结"),
    "执行": ("执形", "直行"),
    "确认": ("确任", "缺认"),
    "送达": ("送大", "宋达"),
    "发票": ("发漂", "法票"),
    "抗辩": ("抗辨", "抗变"),
    "权利": ("权力", "全利"),
    "审理": ("审里", "审例"),
    "债务": ("责务", "债雾"),
}

DEV_EN = """
The claimant bought a coffee machine in the respondent's online shop and paid the price at once.
The respondent did not deliver the goods within the agreed time.
The claimant asked for a refund three times, and the respondent refused it.
A contract that was lawfully made binds the parties, and each has to perform it in full.
The respondent was duly summoned and did not attend the hearing without a good reason.
The chat, the receipt and the photographs agree with each other, and the court relies on them.
The parties dispute whether the respondent broke the contract.
The respondent answers that the goods had no defect and asks the court to dismiss the claim.
Whoever does not pay within the period ordered owes double interest for the delay.
An appeal may be lodged within fifteen days after the judgment was served.
Each party bears the burden of proving what it asserts.
The court fee is borne by the respondent.
Please send a copy of your identity document and your business licence within seven days.
Your statement of claim does not name the address of the respondent.
We have received your answer and have sent it to the other party.
Please join the online hearing ten minutes before it begins and check your camera and microphone.
The expert explained the method of the examination and answered the questions of both sides.
The platform did not disclose the true name, address and telephone number of the seller.
The claimant applied for the preservation of the respondent's bank account.
A settlement takes effect when both parties have signed it.
The food carried no date of manufacture and did not meet the safety standard.
The photographs were published on the website without permission.
The passenger changed to a flight on the following day and paid for an additional night in a hotel.
The gym closed in March and did not return the remaining membership fee.
""".strip().splitlines()

MISSPELT_DEV = {
    "received": "recieved",
    "address": "adress",
    "separate": "seperate",
    "additional": "additonal",
    "permission": "permision",
    "telephone": "telepone",
    "respondent": "respondant",
    "hearing": "heering",
    "licence": "lisence",
    "examination": "examintion",
}

FROZEN_EN = """
The buyer returned the jacket in its original packaging on the third day after delivery.
The seller acknowledged the complaint but offered only a voucher.
Both sides agree that the parcel was damaged when it arrived.
The panel deliberated and found that compensation is due for the loss of income.
The recording was made with the knowledge of the other party and is admissible.
The judge explained to both parties who has to prove which fact.
The tenant moved out in August, and the landlord kept the deposit.
The courier left the package in front of the door, where it disappeared.
The insurer did not decide on the application within thirty days.
The clause excludes liability for gross negligence and is therefore void.
The witness is a relative of the claimant, and her testimony is weighed together with the documents.
The subscription was renewed automatically although the customer had cancelled it.
The teacher was replaced without notice, and the quality of the course declined noticeably.
The laboratory report states that the sample contained an unauthorised preservative.
The applicant provided security, and the court froze the account of the debtor.
Your request for more time has been granted until the end of next Tuesday.
Your representative has not yet submitted a power of attorney that names the scope of the authority.
The hearing has been moved to Wednesday morning at nine; the room stays the same.
You can read the file online or ask the registry for copies.
The other party has agreed to mediation, so please choose a convenient date.
We cannot accept your claim because another court has jurisdiction over it.
Please describe in your own words what happened and enclose the invoices.
The interpreter will be provided by the court free of charge.
If you disagree with this decision, you may ask for a review within ten days.
The company went into liquidation before the enforcement began.
The guarantee covers manufacturing faults but not ordinary wear.
The account was suspended permanently, and the operator gave no explanation.
The defect appeared gradually and could not be discovered earlier.
The parties exchanged several messages about the schedule of the instalments.
It rained heavily that night, and a flowerpot fell from the balcony onto the neighbour's air conditioner.
The cats refused the new food and vomited twice during the weekend.
""".strip().splitlines()

MISSPELT_FROZEN = {
    "acknowledged": "acknowleged",
    "compensation": "compansation",
    "knowledge": "knowlege",
    "disappeared": "dissapeared",
    "liability": "liabilty",
    "negligence": "negligance",
    "therefore": "therefor",
    "testimony": "testemony",
    "automatically": "automaticaly",
    "noticeably": "noticably",
    "laboratory": "labratory",
    "preservative": "preservitive",
    "security": "securty",
    "until": "untill",
    "representative": "representitive",
    "authority": "authorty",
    "mediation": "meditation",
    "convenient": "convienient",
    "jurisdiction": "juristiction",
    "describe": "discribe",
    "interpreter": "interpretor",
    "disagree": "dissagree",
    "liquidation": "liquadation",
    "enforcement": "inforcement",
    "guarantee": "garantee",
    "permanently": "permanantly",
    "explanation": "explaination",
    "gradually": "gradualy",
    "exchanged": "exhanged",
    "schedule": "schedual",
    "weekend": "weekand",
    "decision": "desicion",
}

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass(frozen=True)
class Planted:
    """A sentence with a slip, or none; where it stands from and to, and what stood there. ``sound`` is the sentence before."""

    language: str
    words: str
    sound: str
    kind: str = ""
    begin: int = 0
    end: int = 0


def made(language: str, sentences: list[str], table: dict[str, tuple[str, ...]], seed: int) -> list[Planted]:
    """Every sentence as it is, and once for each slip that can be put into it."""
    dice, out = random.Random(seed), []
    for sound in sentences:
        out.append(Planted(language, sound, sound))
        for right, wrongs in table.items():
            at = sound.find(right)
            if at >= 0:
                for wrong in wrongs:
                    spoilt = sound[:at] + wrong + sound[at + len(right) :]
                    out.append(Planted(language, spoilt, sound, "table", at, at + len(wrong)))
        if language == "en":
            long = list(re.finditer(r"\b[a-z]{5,}\b", sound))
            for kind, spoil in TYPED.items():
                hit = dice.choice(long)
                spoilt = spoil(hit[0], dice)
                if spoilt != hit[0]:
                    words = sound[: hit.start()] + spoilt + sound[hit.end() :]
                    out.append(Planted(language, words, sound, kind, hit.start(), hit.start() + len(spoilt)))
    return out


def _left_out(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _doubled(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word))
    return word[:at] + word[at] + word[at:]


def _exchanged(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _next_key(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word))
    row = next(one for one in KEYS if word[at] in one)
    place = row.index(word[at])
    near = row[place + 1] if place + 1 < len(row) else row[place - 1]
    return word[:at] + near + word[at + 1 :]


TYPED = {"left out": _left_out, "doubled": _doubled, "exchanged": _exchanged, "next key": _next_key}

DEV = {
    "zh-Hans": made("zh-Hans", DEV_ZH, SLIPS_DEV_ZH, 1),
    "en": made("en", DEV_EN, {right: (wrong,) for right, wrong in MISSPELT_DEV.items()}, 2),
}
FROZEN = {
    "zh-Hans": made("zh-Hans", FROZEN_ZH, SLIPS_FROZEN_ZH, 20261129),
    "en": made("en", FROZEN_EN, {right: (wrong,) for right, wrong in MISSPELT_FROZEN.items()}, 20261130),
}
