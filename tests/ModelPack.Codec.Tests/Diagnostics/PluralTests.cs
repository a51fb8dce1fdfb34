using ModelPack.Diagnostics;

namespace ModelPack.Codec.Tests.Diagnostics;

/// <summary>A number and its noun agree, and so does the verb.</summary>
[TestClass]
public sealed class PluralTests
{
    [TestMethod]
    [DataRow(0, "0 keys", "0 keys are")]
    [DataRow(1, "1 key", "1 key is")]
    [DataRow(2, "2 keys", "2 keys are")]
    public void One_is_singular_and_all_else_plural(long number, string noun, string sentence)
    {
        Assert.AreEqual(noun, Plural.Of(number, "key"));
        Assert.AreEqual(sentence, Plural.Of(number, "key", "is", "are"));
    }
}
