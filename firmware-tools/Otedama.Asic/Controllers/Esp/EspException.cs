namespace Otedama.Asic;

/// <summary>The loader of an ESP chip said no, or is not what answers. The message is whole sentences for
/// people.</summary>
public sealed class EspException(string sentence, byte error = 0) : IOException(sentence)
{
    /// <summary>As the ROM numbers them; 0 = no error of its own.</summary>
    public byte Error { get; } = error;
}
