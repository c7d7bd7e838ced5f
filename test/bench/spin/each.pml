/* EACH(0) to EACH(COUNT - 1): the preprocessor has no loop. Included wherever a model repeats
   something for each of its replicas; define EACH before and undefine it afterwards. */
#if COUNT > 0
EACH(0)
#endif
#if COUNT > 1
EACH(1)
#endif
#if COUNT > 2
EACH(2)
#endif
#if COUNT > 3
EACH(3)
#endif
#if COUNT > 4
EACH(4)
#endif
#if COUNT > 5
EACH(5)
#endif
#if COUNT > 6
EACH(6)
#endif
#if COUNT > 7
EACH(7)
#endif
#if COUNT > 8
EACH(8)
#endif
#if COUNT > 9
EACH(9)
#endif
