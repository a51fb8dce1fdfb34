using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests;

/// <summary>Where the programs come from, and that their absence is not passed over.</summary>
[TestClass]
public sealed class ReferenceProgramsTests
{
    [TestMethod]
    public void A_missing_program_fails_loudly()
    {
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
            () => ReferencePrograms.Run("no-such-npm", Path.GetTempPath(), input: null, "ci"));
        Assert.Contains("these tests need no-such-npm", error.Message);
    }

    [TestMethod]
    public void A_program_that_fails_tells_what_it_printed()
    {
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(
            () => ReferencePrograms.Run("node", Path.GetTempPath(), input: null, "-e", "console.error('no disk'); process.exit(3)"));
        Assert.Contains("ended with 3: no disk", error.Message);
    }

    [TestMethod]
    public void The_lock_file_pins_hashes_and_names_no_registry()
    {
        string text = File.ReadAllText(Path.Combine(Reference.NodeFolder, "package-lock.json"));
        Assert.DoesNotContain("://", text);
        Assert.DoesNotContain("resolved", text);
        Assert.Contains("sha512-", text);
    }

    [TestMethod]
    public void The_versions_are_those_that_the_format_descriptions_were_checked_with() =>
        Assert.AreEqual("0.25.1", GgmlLibrary.Load(Reference.LlamaFolder).Version);
}
