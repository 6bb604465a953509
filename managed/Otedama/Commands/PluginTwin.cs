using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// Finds the native algorithm that computes what a plugin computes, by asking it the plugin's known answers.
/// </summary>
internal static class PluginTwin
{
    /// <summary>Null when no native algorithm agrees.</summary>
    public static AlgorithmInfo? Of(WasmPlugin plugin)
    {
        NativeProofChecker checker = new();
        return Catalogue.Algorithms().FirstOrDefault(algorithm =>
            !algorithm.NeedsDataset && !algorithm.VerifyOnly
            && algorithm.DataLengthMin <= PluginAbi.HeaderLength && algorithm.DataLengthMax >= PluginAbi.HeaderLength
            && plugin.Info.Answers.All(answer => Agrees(checker, algorithm.Algorithm, answer)));
    }

    private static bool Agrees(NativeProofChecker checker, Algorithm algorithm, PluginAnswer answer)
    {
        ProofResult[] results = new ProofResult[1];
        checker.Check(algorithm, [new ProofItem(0, answer.Input.Length, 0, Target.Max)], answer.Input, results);
        return results[0].Hash == new Hash256(answer.Hash);
    }
}
