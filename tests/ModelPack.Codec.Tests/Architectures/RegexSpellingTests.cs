using ModelPack.Architectures.Tokenizers;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>Expressions are compared by what they mean.</summary>
[TestClass]
public sealed class RegexSpellingTests
{
    [TestMethod]
    [DataRow("[\r\n]+", @"[\r\n]+")]
    [DataRow("[\n\r]", @"[\r\n]")]
    [DataRow("a\tb", @"a\tb")]
    [DataRow("a/b-c", @"a\/b\-c")]
    [DataRow(@"[,\-.]", "[-,.]")]
    [DataRow("[abc]", "[a-c]")]
    [DataRow(@"[\p{Lm}\p{Lu}]", @"[\p{Lu}\p{Lm}]")]
    [DataRow(@"[\p{Han}]+", @"\p{Han}+")]
    [DataRow("[x]", "x")]
    [DataRow("[一-龥]", @"[\u4e00-\u9fa5]")]
    [DataRow("[一-龥]", @"[\x{4E00}-\x{9FA5}]")]
    [DataRow(@"\p{N}{1}", @"\p{N}")]
    [DataRow("a{0,1}b{1,}c{0,}", "a?b+c*")]
    [DataRow(@"\p{L}++|\s*+", @"\p{L}+|\s*")]
    [DataRow(@"'(?i:[sdmt]|ll|ve|re)|x", "(?i:'s|'t|'re|'ve|'m|'ll|'d)|x")]
    [DataRow(@"'(?:[sdmt]|ll|ve|re)|x", "'s|'t|'re|'ve|'m|'ll|'d|x")]
    [DataRow("[^(\\s|[\r\n])]", @"[^(\s|[\r\n])]")]
    public void Same_meaning_has_one_spelling(string one, string other) =>
    Assert.AreEqual(RegexSpelling.Normal(one), RegexSpelling.Normal(other));

    [TestMethod]
    [DataRow(@"[a\-z]", "[a-z]")]
    [DataRow("[^a]", "[a]")]
    [DataRow(@"\.", ".")]
    [DataRow(@"[\^a]", "[^a]")]
    [DataRow(@"\\n", @"\n")]
    [DataRow(@"\p{L}", @"\P{L}")]
    [DataRow(@"\p{N}{1,3}", @"\p{N}{1}")]
    [DataRow(@"\p{N}{1,3}+", @"\p{N}{1,3}")]
    [DataRow("a++b", "a+b")]
    [DataRow("(a++)b", "(a+)b")]
    [DataRow(@"'(?i:[sdmt]|ll|ve|re)?|x", "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|x")]
    [DataRow("[a&&[^b]]", "[ab&]")]
    [DataRow(@"\d", "[0-9]")]
    [DataRow(@"a\++|b", "a+|b")]
    public void Other_meaning_has_another_spelling(string one, string other) =>
    Assert.AreNotEqual(RegexSpelling.Normal(one), RegexSpelling.Normal(other));

    [TestMethod]
    [DataRow("[")]
    [DataRow("[^")]
    [DataRow("[]")]
    [DataRow("a\\")]
    [DataRow("[\\")]
    [DataRow("\\x{")]
    [DataRow("\\u12")]
    [DataRow("\\p{L")]
    [DataRow("[z-a]")]
    [DataRow("\uD800[\uDC00-\uD800]")]
    [DataRow("+++")]
    public void Broken_expression_stays_one(string regex) => Assert.IsNotNull(RegexSpelling.Normal(regex));

    [TestMethod]
    public void Long_expression_is_read_once() => Assert.AreEqual(200_000, RegexSpelling.Normal(new string('[', 200_000)).Length);
}
