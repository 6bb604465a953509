namespace Otedama.Pool;

/// <summary>A getblocktemplate answer that no valid block can be made of. The message names field, value and rule.</summary>
public sealed class TemplateException(string message) : Exception(message);
