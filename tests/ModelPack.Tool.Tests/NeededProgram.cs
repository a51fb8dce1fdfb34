namespace ModelPack.Tool.Tests;

/// <summary>Programs that a test needs and a machine may lack. There the test says that it did not run, except where everything has to:
/// MODELPACK_ALL_TESTS is 1 in .ci/run, which installs them.</summary>
internal static class NeededProgram
{
    public static void Require(bool isThere, string without)
    {
        if (isThere)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("MODELPACK_ALL_TESTS") == "1")
        {
            Assert.Fail(without);
        }

        Assert.Inconclusive(without);
    }
}
