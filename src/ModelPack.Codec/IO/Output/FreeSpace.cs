namespace ModelPack.IO.Output;

/// <summary>Whether an output has room, before it is begun: a full disk an hour later helps nobody.</summary>
internal static class FreeSpace
{
    /// <exception cref="ModelPackException">The disk has too little free space.</exception>
    public static void Ensure(string targetPath, long bytes)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(targetPath)))!;
        if (!Directory.Exists(folder) || IsShare(folder))
        {
            return;
        }

        long free = new DriveInfo(folder).AvailableFreeSpace;
        if (free < bytes)
        {
            throw new ModelPackException(
                OutputErrors.NotEnoughSpace, $"it takes {bytes} bytes, and {free} are free") { FilePath = targetPath };
        }
    }

    // Windows tells the free space of drives only.
    private static bool IsShare(string folder) => OperatingSystem.IsWindows() && folder.StartsWith(@"\\", StringComparison.Ordinal);
}
