namespace ModelPack.Build;

/// <summary>One model to check without converting it, with absolute paths and checked options.</summary>
/// <param name="Source">A file, or a folder.</param>
/// <param name="Scope">Whether the path of a file stands for the model, or for the file alone.</param>
/// <param name="State">The state file.</param>
/// <param name="ExpectedHash">XXH128 that the model must have, or empty.</param>
/// <param name="Against">A model or certificate that it is compared with, or empty.</param>
/// <param name="Level">What that comparison has to prove: l1, l2 or l3.</param>
/// <param name="Epsilon">If it is set, the comparison is one of decoded values, with this limit.</param>
/// <param name="AllowNonFinite">Whether NaN and infinity pass.</param>
/// <param name="Verify">How much the model itself is looked at.</param>
internal sealed record VerificationRequest(
    string Source, PathScope Scope, string State, string ExpectedHash, string Against, string Level, ValueTolerance? Epsilon,
    bool AllowNonFinite, VerifyMode Verify)
{
    public string OptionsText =>
        $"verify={Verify} scope={Scope} allow-nonfinite={AllowNonFinite} expected-hash={ExpectedHash} level={Level} epsilon={Epsilon} "
            + $"against={Against}";
}
