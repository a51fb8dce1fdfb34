using System.Text;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Sentences of many scripts with digits, punctuation, code, emoji, runs of white space and lone surrogates. A seed always gives
/// the same ones.</summary>
internal sealed class MultilingualText
{
    private const int WordsPerScript = 220;

    private static readonly string[] Scripts =
    [
        "abcdefghijklmnopqrstuvwxyzaeioutnrs", "àâäæçéèêëîïñôöœßùûüÿaeinrst", "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
        "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώ",
        "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年", "あいうえおかきくけこさしすせそアイウエオカキクケコー", "가나다라마바사아자차카타파하한국어를는이",
        "ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "אבגדהוזחטיכלמנסעפצקרשת", "कखगघचजटडतदनपबमयरलवसहािीुूे", "กขคงจชซดตถทนบปพมยรลวสหอะาิีุู",
    ];

    private static readonly string[] Emoji = ["😀", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "❤️", "🇩🇪", "🚀", "1️⃣", "𝒳", "𠮷", "🧑🏿‍💻"];
    private static readonly string[] Marks = [
        ".", ",", "!", "?", "…", "。", "،", "¿", "«", "»", "—", "'s", "'LL", "'re", "(", ")", "[x]", "{}", "\"", "##", "@", "€", "$", "°",
        "_", "/", "\\", "~", "`", "^", "+="];
    private static readonly string[] Spaces = [
        "  ", "    ", "\t", "\n", "\r\n", "\n\n", " \n ", "       ", "\u00A0", "\u3000", "\t\t ", "\u2009"];
    private static readonly string[] Code = [
        "for (int i = 0; i < n; i++)", "def f(x):\n    return x ** 2", "</div>", "a->b[3] != 0x1F", "https://example.org/a?b=c&d=1",
        "x_1 = y2 // z"];
    private static readonly string[] Decomposed = ["cafe\u0301", "u\u0308ber", "и\u0306", "\u1112\u1161\u11AB", "か\u3099", "a\u0323\u0302"];
    private static readonly string[] Broken = ["\uD83D", "\uDE00", "\uD800\uD800", "\uFFFD"];

    private readonly Random random;
    private readonly string[][] words;

    public MultilingualText(int seed)
    {
        // The words are the same whatever the seed, so that a vocabulary learned from one text fits others.
        random = new Random(1);
        words = [.. Scripts.Select(letters => Enumerable.Range(0, WordsPerScript).Select(_ => Word(letters)).ToArray())];
        random = new Random(seed);
    }

    /// <summary>The texts as both programs get them: a surrogate without its other half has no UTF-8 form and becomes U+FFFD.</summary>
    public string[] Sentences(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Sentence())))];

    private string Sentence()
    {
        StringBuilder text = new();
        string[] script = words[random.Next(words.Length)];
        int parts = random.Next(1, 16);
        for (int part = 0; part < parts; part++)
        {
            text.Append(Part(random.Next(24), script)).Append(random.Next(4) != 0 ? " " : "");
        }

        return text.ToString();
    }

    private string Part(int kind, string[] script) => kind switch
    {
        0 => Of(Emoji),
        1 or 2 => Of(Marks),
        3 => Of(Spaces) + Of(Spaces),
        4 => Of(Code),
        5 => Of(Broken),
        6 => random.Next(1_000_000).ToString("D", null),
        7 => Of(words[random.Next(words.Length)]),
        8 => Frequent(script).ToUpperInvariant(),
        9 => Of(Decomposed),
        10 or 11 => Capital(Frequent(script)),
        _ => Frequent(script),
    };

    private string Word(string letters)
    {
        int length = random.Next(1, 9);
        return string.Concat(Enumerable.Range(0, length).Select(_ => letters[random.Next(letters.Length)]));
    }

    /// <summary>The first words are far more frequent than the last, as in real text.</summary>
    private string Frequent(string[] script) => script[(int)(script.Length * Math.Pow(random.NextDouble(), 2.5))];

    private string Of(string[] choices) => choices[random.Next(choices.Length)];

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
