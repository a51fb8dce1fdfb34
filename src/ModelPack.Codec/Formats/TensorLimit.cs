namespace ModelPack.Formats;

/// <summary>
/// How many tensors a file may have. Reading makes objects for each, of many times the bytes that a tiny one takes in the file. Published
/// models have some 200,000 tensors at most.
/// </summary>
internal static class TensorLimit
{
    public const int Most = 1 << 20;

    /// <summary>Refuses a file for the number of tensors that it announces, before the first is read.</summary>
    public static void Read(ulong count, string path, long at)
    {
        if (count > Most)
        {
            throw new ModelFormatException(FormatErrors.TooManyTensors, $"the file announces {count} tensors, {Most} at most are read", at)
            {
                FilePath = path,
            };
        }
    }

    /// <summary>Refuses to write what would not be read.</summary>
    public static void Write(int count)
    {
        if (count > Most)
        {
            throw new ModelPackException(FormatErrors.TooManyTensors, $"the output would have {count} tensors, {Most} at most are read");
        }
    }
}
