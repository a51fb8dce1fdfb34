namespace ModelPack.Build;

/// <summary>What the builds of all models of one task share.</summary>
/// <param name="CopyDirectory">Folder that outputs are copied to later in the build; empty where there is none.</param>
/// <param name="Log">Tells the user something.</param>
/// <param name="Cancellation">Stops the work.</param>
internal sealed record BuildContext(string CopyDirectory, Action<string> Log, CancellationToken Cancellation)
{
    private readonly Dictionary<string, string> _sourceOfFolder = new(RequestReader.PathComparer);

    /// <summary>Takes a folder for a source. Which outputs are folders is known for certain only when they are made.</summary>
    /// <exception cref="Codec.Diagnostics.ModelPackException">Another source has it.</exception>
    public void Claim(ConversionRequest request)
    {
        string key = $"{request.Source}|{request.To}";
        if (!_sourceOfFolder.TryAdd(request.FolderOutput, key) && _sourceOfFolder[request.FolderOutput] != key)
        {
            throw RequestReader.Clash(_sourceOfFolder[request.FolderOutput].Split('|')[0], request.FolderOutput, request.Source);
        }
    }
}
