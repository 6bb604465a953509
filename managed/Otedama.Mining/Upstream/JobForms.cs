using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>Tells whose job a mining.notify is by its shape, for a rig that cannot mine it.</summary>
internal static class JobForms
{
    public const string Bitcoin = "sha256d, scrypt or verthash";
    public const string KawPow = "kawpow";
    public const string Equihash = "flux or another equihash";
    public const string Verus = "verushash";

    /// <summary>Null when it is no job of a dialect we know.</summary>
    public static string? Recognise(JsonValue parameters)
    {
        if (NotifyMessage.TryParse(parameters, out _, out _))
        {
            return Bitcoin;
        }
        if (KawPowNotify.TryParse(parameters, out _, out _))
        {
            return KawPow;
        }
        if (!ZcashNotify.TryParse(parameters, out ZcashNotify? message, out _))
        {
            return null;
        }
        return message!.Version == Core.Verus.HeaderVersion && ZcashNotify.ReadSolution(parameters) is not null ? Verus : Equihash;
    }
}
