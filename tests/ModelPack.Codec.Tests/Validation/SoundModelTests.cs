using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats;

namespace ModelPack.Codec.Tests.Validation;

[TestClass]
public sealed class SoundModelTests : ValidationTest
{
    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_model_in_order_gives_no_finding(ModelFormat format)
    {
        ValidationReport report = Validate(TinyModel.In(format));
        Sound(report);
        Assert.IsEmpty(report.NotChecked);
    }

    [TestMethod]
    public void A_folder_in_order_gives_no_finding_and_its_shapes_are_compared()
    {
        ValidationReport report = ModelValidator.Validate(TinyFolder.Write(Folder));
        Sound(report);
        Assert.IsEmpty(report.Notes.Where(note => note.Rule.StartsWith("K-S", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("random-qwen2-small-Q4_K_M.gguf")]
    [DataRow("random-qwen2-small-Q8_0.gguf")]
    public void A_model_of_the_reference_quantizer_gives_no_finding_in_any_format(string name)
    {
        string source = RepositoryData.Path("corpus", "gguf", "models", name);
        Sound(ModelValidator.Validate(source));
        foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
        {
            string converted = Folder[$"converted.{format.Extension()}"];
            ModelConverter.Convert(source, converted, format, new());
            Sound(ModelValidator.Validate(converted));
        }
    }

    [TestMethod]
    public void The_APR_twin_of_that_model_gives_no_finding() =>
    Sound(ModelValidator.Validate(RepositoryData.Path("corpus", "apr", "valid", "qwen2-small.apr")));

    [TestMethod]
    [DataRow("command-r")]
    [DataRow(null)]
    public void What_was_not_compared_is_said(string? architecture)
    {
        EditableGguf model = TinyModel.Gguf();
        model.RemoveKey("general.architecture");
        if (architecture is not null)
        {
            model.SetText("general.architecture", architecture);
            model.RenameKey("qwen2.block_count", $"{architecture}.block_count");
        }

        ValidationReport report = Validate(model);
        Sound(report);
        Assert.Contains("K-SHAPES", report.Notes.Select(note => note.Rule));
    }
}
