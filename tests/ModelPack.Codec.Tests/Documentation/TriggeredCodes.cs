using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using ModelPack.Conversion;
using ModelPack.Formats;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>Listens to every error that the library throws while the tests run: in the end each code of the catalogue has to be among
/// them.</summary>
[TestClass]
public static class TriggeredCodes
{
    // Only some of the tests run: with a filter, or those that a development environment asks for.
    private static readonly string[] Chosen = ["--filter", "--client-port"];

    private static readonly ConcurrentDictionary<string, bool> Seen = new();

    [AssemblyInitialize]
    public static void Listen(TestContext context) => AppDomain.CurrentDomain.FirstChanceException += Note;

    [AssemblyCleanup]
    public static void EveryCodeWasTriggered()
    {
        AppDomain.CurrentDomain.FirstChanceException -= Note;
        if (Environment.GetCommandLineArgs().Any(argument => Chosen.Any(option => argument.StartsWith(option, StringComparison.Ordinal))))
        {
            return;
        }

        // A finding is reported and not thrown; the tests of validate name each.
        IEnumerable<ErrorCode> thrown = ErrorCatalog.All.Except(
            [.. ValidationErrors.All, ProofErrors.NonFiniteTensor, ModelSetErrors.ShardAlone]);
        string[] never = [.. thrown.Select(code => code.Id).Where(id => !Seen.ContainsKey(id))];
        Assert.IsEmpty(never, $"no test triggers {string.Join(", ", never)}");
    }

    private static void Note(object? sender, FirstChanceExceptionEventArgs arguments)
    {
        if (arguments.Exception is ModelPackException exception)
        {
            Seen.TryAdd(exception.Code.Id, true);
        }
    }
}
