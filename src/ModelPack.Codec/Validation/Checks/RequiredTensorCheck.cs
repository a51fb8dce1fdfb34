using ModelPack.Architectures.Names;
using ModelPack.Architectures.Usability;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>A model of a known architecture has every tensor that its programs load. What a layer lacks of the llama pattern was found by
/// <see cref="LayerCheck"/>.</summary>
internal static class RequiredTensorCheck
{
    private const int Shown = 8;

    public static void Run(ValidationContext context)
    {
        NameTable? names = UntrainedValues.Names(context.Settings.Architecture);

        // Tensors of which none has a name of the architecture are those of something else.
        if (!context.Settings.IsWholeModel || context.Findings.Any(finding => finding.Code == ValidationErrors.Layers)
            || !context.Tensors.Any(tensor => TensorNames.IsInLayer(tensor.Name, names)))
        {
            return;
        }

        foreach (string missing in Missing(context.File).Take(Shown))
        {
            context.Find(
                ValidationErrors.Required, missing,
                $"a model of the architecture '{context.Settings.Architecture}' has this tensor; this one has not");
        }
    }

    private static IEnumerable<string> Missing(ModelFile file)
    {
        try
        {
            return file.First switch
            {
                GgufFile gguf => GgufNeeds.MissingTensors(gguf, file.Tensors),
                SafeTensorsFile => FolderNeeds.MissingTensors(file),
                _ => [],
            };
        }
        catch (ModelPackException)
        {
            // CompanionCheck and DescriptionCheck say what is wrong with the companions.
            return [];
        }
    }
}
