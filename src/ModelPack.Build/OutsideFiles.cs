namespace ModelPack.Build;

/// <summary>The list by which Clean finds outputs that lie outside its folder. Written before the files are, so that those of a killed build are found too.</summary>
internal static class OutsideFiles
{
    public static void Write(ConversionRequest request, string target, IEnumerable<FileRecord> files)
    {
        if (request.OutsideList is not { } list)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(list)!);
        string folder = FileRecord.FolderOf(target);
        File.WriteAllLines(list, [.. files.Select(file => file.In(folder)), target, ConversionRequest.CertificateOf(target), request.State]);
    }
}
