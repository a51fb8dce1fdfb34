using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Tool.Commands;

namespace ModelPack.Tool.Output.Text;

/// <summary>The models of the store.</summary>
internal static class StoreText
{
    public static string Of(
        string root, IReadOnlyList<StoredModel> models, IReadOnlyList<DamagedModel> damaged, bool isVerified, int width = int.MaxValue)
    {
        TextReport text = new(width);
        text.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{root}: {Plural.Of(models.Count, "model")}, {models.Sum(model => model.Manifest.Length):N0} bytes"));
        if (models.Count > 0)
        {
            text.Table(
                [new("model"), new("version"), new("bytes", ColumnAlign.Right), new("folder"), new("")],
                models.Select(model => new[]
                {
                    model.Manifest.Id, model.Manifest.Version, model.Manifest.Length.ToString("N0", CultureInfo.InvariantCulture),
                    model.Digest[..12] + "…", isVerified ? model.Difference ?? "as it was packed" : "",
                }));
        }

        foreach (DamagedModel model in damaged)
        {
            text.Line($"damaged: {model.Digest[..12]}…: {model.Fault}");
        }

        return text.ToString();
    }
}
