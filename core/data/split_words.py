"""Words by which people name the folders of training photos, test photos, and neither.

English, Japanese, Spanish, French, German, Chinese, Korean and Portuguese.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

Split = Literal["train", "test"]

_TRAIN = """train training trainings trainset
学習 訓練 教師 トレーニング 训练 訓練 훈련 학습 entrenamiento entreno entrainement apprentissage
treino treinamento treinar"""
_TEST = """test tests testing testset val valid validation valset eval evaluation holdout dev
テスト 検証 評価 試験 バリデーション 测试 測試 验证 驗證 评估 評估 테스트 시험 검증 평가
prueba pruebas validacion evaluacion essai essais epreuve teste testes validacao avaliacao
validierung validierungs prüfung prüf auswertung"""
# Words that change nothing beside such a word: `train_images`, `テスト画像`, `test_hard`.
_NEUTRAL = """set sets data dataset datasets image images img imgs photo photos picture pictures
pics split folder file files データ データセット 画像 写真 用 セット 集 数据 数据集 图片 图像 照片
資料 圖片 데이터 이미지 사진 셋 세트 용 datos imagenes fotos conjunto donnees jeu ensemble d de
daten bilder satz dados imagens"""
_QUALIFIERS = """hard difficult easy outdoor outdoors indoor indoors night day elsewhere new final
all full clean small mini large seg real public private unseen shifted other set"""
# Folders that hold all photos of something, and what lies beside them or beside the classes.
CONTAINERS = {"images", "image", "imgs", "img", "jpegimages", "photos", "pictures", "rgb", "画像"}
_SIDE = """annotation annotations label labels mask masks segmentation segmentations
segmentationclass segmentationobject trimap trimaps depth bbox bboxes boxes heatmaps"""
_CLUTTER = """doc docs result results plot plots figure figures fig figs asset assets screenshot
screenshots log logs run runs output outputs notebook notebooks script scripts src static media
paper readme thumbnails"""


def fold(name: str) -> str:
    """A name without case, accents and variants of width: how words are compared."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _set(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


TRAIN_WORDS, TEST_WORDS, _NEUTRALS = _set(_TRAIN), _set(_TEST), _set(_NEUTRAL)
_EXTRA = _NEUTRALS | _set(_QUALIFIERS)
SIDE_WORDS, CLUTTER_WORDS = _set(_SIDE), _set(_CLUTTER)
_ANY = "|".join(sorted(map(re.escape, _NEUTRALS), key=len, reverse=True))


def _compound(words: frozenset[str]) -> re.Pattern[str]:
    alternatives = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?:{_ANY})*?(?:{alternatives})(?:{_ANY})*")


_TRAIN_WORD, _TEST_WORD = _compound(TRAIN_WORDS), _compound(TEST_WORDS)


def split_of(name: str, strict: bool = True) -> Split | None:
    """The split that a folder's name speaks of, as a whole word of it: `books_train`, `テスト画像`.
    strict: only where the other words say nothing else (`test_2`, but not `test_tube`)."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFC", name))
    words = [word for word in re.split(r"[\W_\d]+", fold(spaced)) if word]
    found: set[Split] = set()
    for word in words:
        if _TRAIN_WORD.fullmatch(word):
            found.add("train")
        elif _TEST_WORD.fullmatch(word):
            found.add("test")
        elif strict and word not in _EXTRA:
            return None
    return found.pop() if len(found) == 1 else None


def is_test_among(name: str, beside: Iterable[str]) -> bool:
    """Whether a folder among classes is a test set: by its whole name, and unless one beside it is
    its opposite (`valid` and `invalid`)."""
    opposite = re.compile(rf"(in|un|non|not|no)[\W_]*{re.escape(fold(name))}")
    return split_of(name) == "test" and not any(opposite.fullmatch(fold(each)) for each in beside)
