namespace ModelPack.Build;

/// <summary>The list by which Clean finds outputs that lie outside its folder. Written before the files are, so that those of a killed build are found too.</summary>
internal static class OutsideFiles
{
    public static void Write(ConversionRequest request, string target, IEnumerable<string> files)
    {
        if (request.OutsideList is not { } list)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(list)!);
        File.WriteAllLines(list, files.Union([target, ConversionRequest.CertificateOf(target), request.State]));
    }
}
