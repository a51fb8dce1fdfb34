using System.Text;
using ModelPack.Codec.Tests.Conversion;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>Folders that read as the same run of bytes and are not the same files.</summary>
[TestClass]
public sealed class MemberComparisonTests
{
    [TestMethod]
    [DataRow("a.txt=xy b.txt=z", "a.txt=x b.txt=yz")]
    [DataRow("a.txt=xy", "b.txt=xy")]
    [DataRow("a.txt=x b.txt=", "a.txt=x")]
    [DataRow("a.txt=x", "a.txt=x b.txt=")]
    public void The_same_bytes_cut_into_other_files_are_a_difference(string first, string second)
    {
        using TempFolder folder = new();
        string own = Write(folder, "own", first);
        string other = Write(folder, "other", second);
        VerificationReport report = ModelVerifier.Verify(own, other, ProofLevel.L3);
        Assert.IsFalse(report.Passed);
        Assert.IsTrue(report.Proved is null or ProofLevel.L1 or ProofLevel.L2);
        Assert.IsFalse(report.Differences.IsEmpty);
        Assert.AreEqual(ProofLevel.L3, ModelVerifier.Verify(own, Write(folder, "same", first), ProofLevel.L3).Proved);
    }

    private static string Write(TempFolder folder, string name, string files)
    {
        string path = folder.At(name);
        Directory.CreateDirectory(path);
        File.WriteAllBytes(Path.Combine(path, "model.safetensors"), TestModels.SafeTensorsBytes([TestTensor.F32("w", 1, 2)]));
        File.WriteAllText(Path.Combine(path, "config.json"), "{}");
        foreach (string[] file in files.Split(' ').Select(file => file.Split('=')))
        {
            File.WriteAllBytes(Path.Combine(path, file[0]), Encoding.UTF8.GetBytes(file[1]));
        }

        return path + "/";
    }
}
