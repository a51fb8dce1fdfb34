using ModelPack.Diagnostics;

namespace ModelPack.Build;

/// <summary>Names the place at which a file was changed after it had been proved.</summary>
internal static class ChangedModel
{
    /// <param name="code">What kind of file it is.</param>
    /// <param name="what">What is known already: that its hash is another one.</param>
    /// <param name="original">A model that is equal to what the file should be.</param>
    /// <param name="scope">What the path of that model stands for.</param>
    /// <param name="changed">The model.</param>
    /// <param name="file">The file of it that was changed: itself, or one of several.</param>
    /// <param name="cancellation">Ends the comparison.</param>
    public static ModelPackException Error(
        ErrorCode code, string what, string original, PathScope scope, string changed, string file, CancellationToken cancellation)
    {
        try
        {
            VerificationReport report = ModelVerifier.Verify(original, changed, ProofLevel.L3, scope, cancellation: cancellation);
            if (report.Differences.FirstOrDefault() is not { } difference)
            {
                return new ModelPackException(code, $"{what}, in bytes that hold neither a tensor nor metadata") { FilePath = file };
            }

            FilePlace place = FilePlace.Of(changed, PathScope.Model, difference, file);
            return new ModelPackException(
                code, $"{what}: {Text(difference)}{More(report)}") { FilePath = place.File, ByteOffset = place.ByteOffset };
        }
        catch (ModelPackException broken)
        {
            // No longer a file that can be compared: the rule that it breaks names the place.
            return new ModelPackException(code, $"{what}: {broken.Detail} [{broken.Code.Id}]", broken)
            { FilePath = file, TensorName = broken.TensorName, ByteOffset = broken.ByteOffset };
        }
    }

    /// <summary>A difference in one sentence.</summary>
    public static string Text(Difference difference) =>
        difference.Text.Contains(difference.Place, StringComparison.Ordinal) ? difference.Text : $"{difference.Place}: {difference.Text}";

    private static string More(VerificationReport report) =>
        report.Differences.Length == 1 ? "" : $" (and {Plural.Of(report.Differences.Length - 1, "more difference")})";
}
