using Microsoft.Build.Framework;
using ModelPack.Diagnostics;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The notes of a conversion in a build.</summary>
[TestClass]
public sealed class NoteTests
{
    [TestMethod]
    [DataRow("apr")]
    [DataRow("safetensors")]
    public void Every_note_of_the_certificate_is_a_message_of_the_build_that_converts(string format)
    {
        using TaskFolder folder = new();
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", format), ("Quantized", "auto")));
        Assert.IsTrue(task.Execute());
        Certificate certificate = CertificateJson.Read(task.Certificates.Single().ItemSpec);
        Assert.IsNotEmpty(certificate.Notes);
        CollectionAssert.AreEqual(
            certificate.Notes.Zip(certificate.NoteRanks, (text, rank) => ($"small.gguf: note: {text}", ImportanceOf(rank))).ToArray(),
            ((RecordingEngine)task.BuildEngine).Notes.ToArray());
    }

    private static MessageImportance ImportanceOf(NoteRank rank) =>
        rank == NoteRank.ChangesResults
        ? MessageImportance.High
        : rank == NoteRank.MayBeMissed ? MessageImportance.Normal : MessageImportance.Low;
}
