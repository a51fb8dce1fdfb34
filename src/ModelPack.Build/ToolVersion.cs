using System.Reflection;

namespace ModelPack.Build;

/// <summary>The version of the task, as it stands in the state files: another version converts again.</summary>
internal static class ToolVersion
{
    public static string Text { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
