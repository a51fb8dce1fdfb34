using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>No metadata is ignored in silence: it is ours, a slip that is named, or somebody else's and goes on to the output.</summary>
[TestClass]
public sealed class MetadataTests
{
    [TestMethod]
    [DataRow("Quantised", "the known name is 'Quantized'")]
    [DataRow("quantizd", "the known name is 'Quantized'")]
    [DataRow("DType2", "the known name is 'Dtype'")]
    [DataRow("AllowNonfinit", "the known name is 'AllowNonFinite'")]
    [DataRow("ShardSize", "the known name is 'MaxShardSize'")]
    [DataRow("OutputPaht", "the known name is 'OutputPath'")]
    [DataRow("CopyToOutputDir", "the known name is 'CopyToOutputDirectory'")]
    [DataRow("OutputDirectory", "ModelConvert calls it OutputPath")]
    [DataRow("Format", "ModelConvert calls it To")]
    [DataRow("Sha256", "ModelConvert calls it ExpectedHash")]
    [DataRow("TargetPath", "ModelConvert calls it Link")]
    public void A_slip_is_a_warning_with_the_right_name(string name, string suggestion)
    {
        BuildWarningEventArgs warning = Warnings(KnownMetadata.ModelConvert, Item((name, "1"))).Single();
        Assert.AreEqual(BuildErrors.UnknownMetadata.Id, warning.Code);
        Assert.Contains($"'{name}' on 'models/small.gguf' has no effect", warning.Message!);
        Assert.Contains(suggestion, warning.Message!);
    }

    [TestMethod]
    [DataRow("AgainstModel", "")]
    [DataRow("Levl", "the known name is 'Level'")]
    [DataRow("Quantized", "it belongs to ModelConvert")]
    [DataRow("To", "it belongs to ModelConvert")]
    public void ModelVerify_has_words_of_its_own(string name, string suggestion)
    {
        BuildWarningEventArgs[] warnings = [.. Warnings(KnownMetadata.ModelVerify, Item((name, "1")))];
        Assert.HasCount(suggestion.Length == 0 ? 0 : 1, warnings);
        if (suggestion.Length > 0)
        {
            Assert.Contains(suggestion, warnings[0].Message!);
        }
    }

    [TestMethod]
    [DataRow("Pack")]
    [DataRow("PackagePath")]
    [DataRow("PackageCopyToOutput")]
    [DataRow("CopyToPublishDirectory")]
    [DataRow("ExcludeFromSingleFile")]
    [DataRow("Link")]
    [DataRow("LinkBase")]
    [DataRow("Visible")]
    [DataRow("SubType")]
    [DataRow("Owner")]
    [DataRow("AcmeLicence")]
    [DataRow("Tag")]
    public void What_the_platform_or_somebody_else_reads_is_no_slip(string name) =>
    Assert.IsEmpty(Warnings(KnownMetadata.ModelConvert, Item((name, "1"))));

    [TestMethod]
    public void One_warning_names_a_slip_whatever_number_of_items_has_it()
    {
        TaskItem[] items = [Item(("Quantised", "blocks")), Item(("quantised", "blocks")), Item(("Quantised", "auto"))];
        Assert.Contains("on 'models/small.gguf' and 2 other items", Warnings(KnownMetadata.ModelConvert, items).Single().Message!);
    }

    [TestMethod]
    public void A_slip_that_the_project_makes_an_error_of_stops_the_build_before_anything_is_converted()
    {
        using TaskFolder folder = new();
        using ConvertModelItems task = folder.Task(Item(("To", "apr"), ("Quantised", "blocks")));
        var engine = (RecordingEngine)task.BuildEngine;
        engine.Expected.Add(BuildErrors.UnknownMetadata.Id);
        Assert.IsTrue(task.Execute());
        Assert.HasCount(1, engine.Warnings.Where(warning => warning.Code == BuildErrors.UnknownMetadata.Id));
        File.Delete(folder.Output);

        engine.WarningsAsErrors.Add(BuildErrors.UnknownMetadata.Id);
        Assert.IsFalse(task.Execute());
        Assert.AreEqual(BuildErrors.UnknownMetadata.Id, engine.Errors.Single().Code);
        Assert.IsFalse(File.Exists(folder.Output));
    }

    [TestMethod]
    public void Other_peoples_metadata_reach_the_files_of_the_output_and_ours_do_not()
    {
        using TaskFolder folder = new();
        using ConvertModelItems task = folder.Task(Item(
            ("To", "apr"), ("Quantized", "auto"), ("CopyToPublishDirectory", "Never"), ("ExcludeFromSingleFile", "true"),
            ("Owner", "a%253Bb"), ("LinkBase", "ignored")));
        Assert.IsTrue(task.Execute());
        foreach (ITaskItem file in task.ConvertedFiles.Concat(task.Certificates))
        {
            Assert.AreEqual("Never", file.GetMetadata("CopyToPublishDirectory"));
            Assert.AreEqual("true", file.GetMetadata("ExcludeFromSingleFile"));
            Assert.AreEqual("a%3Bb", file.GetMetadata("Owner"), "as it was written");
            Assert.IsEmpty(file.GetMetadata("Quantized"));
            Assert.IsEmpty(file.GetMetadata("To"));
        }
    }

    [TestMethod]
    public void The_options_of_the_tool_are_options_of_an_item()
    {
        using TaskFolder folder = new();
        Assert.AreEqual("converted", folder.Build(("Origin", "embed"), ("Threads", "1")));
        Assert.AreEqual("up to date", folder.Build(("Threads", "2")), "the bytes do not depend on it");
        Assert.IsNull(CertificateJson.Read(folder.Certificate).Source.Sha256);
        Assert.AreEqual("converted", folder.Build(("CertificateSha256", "true")));
        Assert.AreEqual(64, CertificateJson.Read(folder.Certificate).Source.Sha256!.Length);
    }

    [TestMethod]
    [DataRow("Origin", "maybe", "embed, none")]
    [DataRow("Threads", "0", "a whole number from 1 to 1024")]
    [DataRow("CertificateSha256", "yes", "false, true")]
    [DataRow("SideFile", "drop", "include, exclude")]
    [DataRow("RequireUsable", "1", "false, true")]
    [DataRow("Optional", "perhaps", "false, true")]
    [DataRow("Link", "../outside.apr", "a path below the output folder")]
    [DataRow("Link", "/tmp/outside.apr", "a path below the output folder")]
    public void A_value_that_is_not_understood_is_refused(string name, string value, string choices)
    {
        using TaskFolder folder = new();
        BuildErrorEventArgs error = folder.Fail(("To", "apr"), (name, value));
        Assert.AreEqual(BuildErrors.UnknownValue.Id, error.Code);
        Assert.Contains(choices, error.Message!);
    }

    [TestMethod]
    public void An_optional_model_may_be_missing_and_a_slip_in_its_path_is_told()
    {
        using TaskFolder folder = new();
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/absent.gguf", ("To", "apr"), ("Optional", "true")));
        Assert.IsTrue(task.Execute());
        Assert.Contains("'models/absent.gguf' does not exist, and is optional", ((RecordingEngine)task.BuildEngine).Messages.Single());
    }

    private static TaskItem Item(params (string Name, string Value)[] metadata) => TaskFolder.Item("models/small.gguf", metadata);

    private static IEnumerable<BuildWarningEventArgs> Warnings(KnownMetadata known, params TaskItem[] items) => known.Warnings(items)
        .Select(warning => new BuildWarningEventArgs("", warning.Code.Id, warning.FilePath, 0, 0, 0, 0, warning.Describe(), "", ""));
}
