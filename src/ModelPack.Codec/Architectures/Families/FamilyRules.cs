namespace ModelPack.Architectures.Families;

/// <summary>Rules of families that no table can say, by the name that their files call them by.</summary>
internal static class FamilyRules
{
    public static ConfigPart Find(string name) => name switch
    {
        _ => throw new InvalidOperationException($"there is no rule '{name}'"),
    };
}
