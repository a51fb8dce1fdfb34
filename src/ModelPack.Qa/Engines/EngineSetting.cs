namespace ModelPack.Qa.Engines;

/// <summary>Where the engine is named.</summary>
internal static class EngineSetting
{
    public const string Option = "--runner";
    public const string Variable = "MODELPACK_RUNNER";
}
