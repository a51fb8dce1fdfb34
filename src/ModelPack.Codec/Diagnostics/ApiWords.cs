namespace ModelPack.Diagnostics;

/// <summary>
/// Remedies name options as the build and the command line spell them: <c>Quantized=blocks (--quantized blocks)</c>. Who calls the library
/// sets properties, so that the message of an exception names these.
/// </summary>
internal static class ApiWords
{
    private static readonly (string Said, string Meant)[] Options =
    [
        ("Quantized=blocks (--quantized blocks)", "Quantized = QuantizedMode.Blocks"),
        ("Origin=none (--origin none)", "Origin = OriginMode.None"),
        ("Naming=verbatim, --naming verbatim", "Naming = NamingMode.Verbatim"),
        ("Alone=true (--alone)", "PathScope.FileAlone"),
        ("AllowNonFinite (--allow-nonfinite)", "NonFinite = NonFinitePolicy.Allow"),
        ("AllowLossy (--allow-lossy)", "Loss = LossPolicy.Allow"),
        ("Mmproj=true (--mmproj)", "Mmproj = true"),
        ("Epsilon (--epsilon)", "Epsilon"),
        ("--force", "Existing = ExistingTarget.Replace"),
    ];

    /// <summary>A text in the words of the library.</summary>
    public static string Of(string text)
    {
        foreach ((string said, string meant) in Options)
        {
            text = text.Replace(said, meant, StringComparison.Ordinal);
        }

        return text;
    }
}
