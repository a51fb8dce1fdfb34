using ModelPack.Tool.Output;

namespace ModelPack.Tool.Tests;

/// <summary>The tool's entry point with captured streams, for what needs no process of its own.</summary>
internal static class InProcess
{
    public static ToolResult Run(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        using MemoryStream bytes = new();
        int exitCode = ToolProgram.Run(args, new ToolConsole(() => bytes, output, error));
        return new(exitCode, output + System.Text.Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }

    public static string Json(Action<System.Text.Json.Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        new ToolConsole(() => bytes, TextWriter.Null, TextWriter.Null).Json(write);
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}
