namespace ModelPack.Tensors.Grids;

/// <summary>
/// Tables of small magnitudes that the IQ types index: entry k of width w occupies the bytes from k × w on, so no byte order is involved.
/// They are embedded as they stand in the reference library.
/// </summary>
internal static class IqGrids
{
    public static readonly byte[] Iq2Xxs = Load("iq2xxs_grid", 256 * 8);
    public static readonly byte[] Iq2Xs = Load("iq2xs_grid", 512 * 8);
    public static readonly byte[] Iq2S = Load("iq2s_grid", 1024 * 8);
    public static readonly byte[] Iq3Xxs = Load("iq3xxs_grid", 256 * 4);
    public static readonly byte[] Iq3S = Load("iq3s_grid", 512 * 4);

    /// <summary>Signed: -1, 0, 1.</summary>
    public static readonly byte[] Iq1S = Load("iq1s_grid", 2048 * 8);

    private static byte[] Load(string name, int length)
    {
        string resource = $"ModelPack.Codec.Grids.{name}";
        using Stream stream = typeof(IqGrids).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"resource {resource} is missing");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
