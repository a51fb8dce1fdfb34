using System.ComponentModel;
using System.Diagnostics;

namespace ModelPack.Interop.Tests.Native;

/// <summary>
/// The programs of others that the tests run against: llama.cpp's libraries, a GGUF parser in JavaScript and Hugging Face's tokenizers. All
/// are npm packages whose versions and hashes the lock file pins; the first use installs them.
/// </summary>
internal static class ReferencePrograms
{
    private const string LockFile = "package-lock.json";
    private const int MostTurns = 6000;
    private const int MillisecondsATurn = 100;

    /// <summary>Installs what the lock file names, unless it is there already. Several processes may ask at the same time.</summary>
    /// <param name="folder">The folder that holds <c>package.json</c> and the lock file.</param>
    /// <exception cref="InvalidOperationException">npm is missing or failed.</exception>
    public static void EnsureInstalled(string folder)
    {
        using FileStream turn = WaitForTurn(Path.Combine(folder, ".install-lock"));
        string wanted = File.ReadAllText(Path.Combine(folder, LockFile));
        string stamp = Path.Combine(folder, "node_modules", ".installed");
        if (File.Exists(stamp) && File.ReadAllText(stamp) == wanted)
        {
            return;
        }

        Run("npm", folder, input: null, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        File.WriteAllText(stamp, wanted);
    }

    /// <summary>The folder of llama.cpp's shared libraries.</summary>
    public static string LlamaFolder(string folder) =>
        Path.Combine(folder, "node_modules", "@node-llama-cpp", "linux-x64", "bins", "linux-x64");

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">The program is missing or failed.</exception>
    public static string Run(string program, string folder, string? input, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            process.WaitForExit();
            return process.ExitCode == 0
                ? output.Result
                : throw new InvalidOperationException(
                    $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}{output.Result}");
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"these tests need {program} (Node.js 20 or later): {exception.Message}", exception);
        }
    }

    private static FileStream WaitForTurn(string path)
    {
        for (int turn = 0; ; turn++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (turn < MostTurns)
            {
                Thread.Sleep(MillisecondsATurn);
            }
        }
    }
}
