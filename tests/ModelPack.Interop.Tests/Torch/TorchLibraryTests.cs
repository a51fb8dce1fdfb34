namespace ModelPack.Interop.Tests.Torch;

[TestClass]
public sealed class TorchLibraryTests
{
    [TestMethod]
    public void One_bit_of_the_library_makes_a_version_weak()
    {
        byte[] library = File.ReadAllBytes(TorchLibrary.TorchSharpPath);
        byte[] copy = TorchLibrary.WithWeakVersion(library, TorchLibrary.Gcc13);
        Assert.HasCount(library.Length, copy);
        int at = library.AsSpan().CommonPrefixLength(copy);
        Assert.AreEqual(2, library[at] ^ copy[at]);
        Assert.IsTrue(library.AsSpan(at + 1).SequenceEqual(copy.AsSpan(at + 1)));
    }

    [TestMethod]
    public void A_version_that_the_library_does_not_ask_for_is_refused() =>
        Assert.ThrowsExactly<InvalidOperationException>(
            () => TorchLibrary.WithWeakVersion(File.ReadAllBytes(TorchLibrary.TorchSharpPath), "GLIBCXX_9.9.9"));
}
