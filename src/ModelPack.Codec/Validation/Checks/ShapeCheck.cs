using System.Globalization;
using ModelPack.Tensors;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>Shapes against the hyperparameters that the model states.</summary>
internal static class ShapeCheck
{
    private static readonly SettingName[] Needed = [SettingName.Layers, SettingName.Hidden, SettingName.FeedForward, SettingName.Heads];

    public static void Run(ValidationContext context)
    {
        ModelSettings settings = context.Settings;
        if (settings.Family is not { } family)
        {
            string why = settings.Architecture is { } name
                ? $"the shapes of the architecture '{name}' are not known here"
                : "no architecture is named";
            context.Keep("K-SHAPES", $"shapes were not compared with hyperparameters: {why}");
            return;
        }

        SettingName[] missing = [.. Needed.Where(name => settings[name] is null)];
        if (missing.Length > 0)
        {
            context.Keep(
                "K-SHAPES",
                $"hyperparameters are not stated ({string.Join(", ", missing)}), so shapes that follow from them were not compared");
        }

        ExpectedShapes shapes = new(settings, family);
        foreach (TensorInfo tensor in context.Tensors)
        {
            // Packed weights of other quantizers stand as integers; their shapes are their own.
            bool isValues = tensor.Type == TensorType.F64 || TensorDecoder.CanDecode(tensor.Type);
            if (isValues && TensorRoles.Of(tensor.Name) is { } role)
            {
                Check(context, tensor, shapes.Of(role));
            }
        }
    }

    private static void Check(ValidationContext context, TensorInfo tensor, ExpectedLength[] expected)
    {
        // Leading ones are no dimension: a file may keep them (gguf.md §1.5).
        long[] shape = [.. tensor.Shape.SkipWhile(dimension => dimension == 1)];
        ExpectedLength[] wanted = [.. expected.SkipWhile(length => length.Length == 1)];
        bool fits = shape.Length == wanted.Length && shape.Zip(wanted)
            .All(pair => pair.Second.Length is null || pair.Second.Length == pair.First);
        bool isUnknown = expected.Any(length => length.Length is null) && shape.Length < wanted.Length;
        if (fits || isUnknown)
        {
            return;
        }

        string follows = string.Join(", ", expected.Select(length => length.Length?.ToString(CultureInfo.InvariantCulture) ?? "?"));
        string sources = string.Join(
            "; ", expected.Where(length => length.Length is not null).Select(length => length.Source).Distinct(StringComparer.Ordinal));
        context.Find(
            ValidationErrors.Shape,
            tensor.Name,
            $"the shape is {TensorShape.Format(tensor.Shape.AsSpan())}; [{follows}] follows from {sources}",
            tensor.Offset);
    }
}
