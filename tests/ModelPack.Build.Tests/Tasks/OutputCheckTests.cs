using ModelPack.Build.Tests.Consumers;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The metadata <c>Verify</c>: how much an output that was changed after it was proved is looked at.</summary>
[TestClass]
public sealed class OutputCheckTests
{
    [TestMethod]
    public void A_changed_payload_fails_strictly_and_passes_where_only_the_structure_counts()
    {
        using TaskFolder folder = new();
        folder.Build();
        Consumer.FlipByte(folder.Output, LastPayloadByte(folder.Output));
        Assert.AreEqual(BuildErrors.OutputChanged.Id, folder.Fail(("To", "apr")).Code);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, folder.Fail(("To", "apr"), ("Verify", "Strict")).Code);
        Assert.AreEqual("rehashed", folder.Build(("Verify", "Structural")));
        Assert.AreEqual("up to date", folder.Build(("Verify", "None")));
        Assert.AreEqual(BuildErrors.OutputChanged.Id, folder.Fail(("To", "apr")).Code, "what was let pass is not taken for proved");
    }

    [TestMethod]
    public void A_broken_structure_fails_unless_nothing_is_checked()
    {
        using TaskFolder folder = new();
        folder.Build();
        Consumer.FlipByte(folder.Output, 0);
        var error = folder.Fail(("To", "apr"), ("Verify", "Structural"));
        StringAssert.Matches(error.Code, new("^MP11"));
        Assert.AreEqual(folder.Output, error.File);
        Assert.AreEqual("up to date", folder.Build(("Verify", "None")));
    }

    [TestMethod]
    public void Missing_files_and_changed_sources_convert_again_whatever_is_checked()
    {
        using TaskFolder folder = new();
        foreach (string check in new[] { "Strict", "Structural", "None" })
        {
            folder.Build(("Verify", check));
            File.Delete(folder.Output);
            Assert.AreEqual("converted", folder.Build(("Verify", check)), check);
            File.Delete(folder.Certificate);
            Assert.AreEqual("converted", folder.Build(("Verify", check)), check);
            Consumer.FlipByte(folder.Source, new FileInfo(folder.Source).Length - 1);
            Assert.AreEqual("converted", folder.Build(("Verify", check), ("AllowNonFinite", "true")), check);
            Consumer.FlipByte(folder.Source, new FileInfo(folder.Source).Length - 1);
        }
    }

    [TestMethod]
    public void A_changed_copy_or_certificate_is_left_alone_where_that_is_asked_for()
    {
        using TaskFolder folder = new();
        folder.Build();
        string copy = folder.In("bin", "models", "small.apr");
        File.Copy(folder.Output, copy);
        Consumer.FlipByte(copy, 4000);
        File.AppendAllText(folder.Certificate, " ");
        Assert.AreEqual("rehashed", folder.Build(("Verify", "Structural")));
        Assert.AreEqual("up to date", folder.Build(("Verify", "None")));
        Assert.AreEqual(BuildErrors.CertificateChanged.Id, folder.Fail(("To", "apr")).Code);
    }

    private static long LastPayloadByte(string path)
    {
        using ModelFile file = ModelFiles.Open(path);
        return file.Tensors.Max(tensor => tensor.Offset + tensor.ByteLength) - 1;
    }
}
