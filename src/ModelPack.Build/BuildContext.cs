namespace ModelPack.Build;

/// <summary>What the builds of all models of one task share.</summary>
/// <param name="CopyDirectory">Folder that outputs are copied to later in the build; empty where there is none.</param>
/// <param name="Log">Tells the user something.</param>
/// <param name="Cancellation">Stops the work.</param>
internal sealed record BuildContext(string CopyDirectory, Action<string> Log, CancellationToken Cancellation)
{
    private readonly Dictionary<string, ConversionRequest> _owners = new(RequestReader.PathComparer);

    /// <summary>
    /// Takes places for a model: files, and a folder as a whole, because it is replaced as a whole. What an output consists of is known only when it is planned.
    /// </summary>
    /// <exception cref="Codec.Diagnostics.ModelPackException">Another model has one of them.</exception>
    public void Claim(ConversionRequest request, IEnumerable<string> places)
    {
        foreach (string place in places)
        {
            foreach ((string taken, ConversionRequest owner) in _owners)
            {
                if (owner != request && (Holds(taken, place) || Holds(place, taken)))
                {
                    throw RequestReader.Clash(owner.Source, place, request.Source);
                }
            }

            _owners[place] = request;
        }
    }

    private static bool Holds(string outer, string inner) =>
        RequestReader.PathComparer.Equals(outer, inner)
        || (Path.EndsInDirectorySeparator(outer) && inner.Length > outer.Length && RequestReader.PathComparer.Equals(outer, inner[..outer.Length]));
}
