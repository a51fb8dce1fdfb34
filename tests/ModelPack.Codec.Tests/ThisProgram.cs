using System.Diagnostics;

namespace ModelPack.Codec.Tests;

/// <summary>The test program itself, to be started once more.</summary>
internal static class ThisProgram
{
    public static ProcessStartInfo Again(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ThisProgram).Assembly.Location);
        }

        Array.ForEach(arguments, start.ArgumentList.Add);
        return start;
    }
}
