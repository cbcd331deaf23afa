# loadline_embed_report_assets(TARGET STYLE SCRIPT)
#
# Makes the two files functions of `report/html_assets.h`: text as raw string literals, and the
# SHA-256 of each in base64, as a Content-Security-Policy writes it. At configure time: the files are
# small, and a change of either configures again.

# The SHA-256 of `text` in base64. CMake knows only hexadecimal: three of its digits are 12 bits,
# which are two digits of base64; of 64 digits one is left over, 4 bits, padded.
function(sha256_base64 out text)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(SHA256 hex "${text}")
  set(result "")
  foreach(at RANGE 0 60 3)
    string(SUBSTRING "${hex}" ${at} 3 three)
    math(EXPR high "0x${three} / 64")
    math(EXPR low "0x${three} % 64")
    string(SUBSTRING "${alphabet}" ${high} 1 first)
    string(SUBSTRING "${alphabet}" ${low} 1 second)
    string(APPEND result "${first}${second}")
  endforeach()
  string(SUBSTRING "${hex}" 63 1 rest)
  math(EXPR last "0x${rest} * 4")
  string(SUBSTRING "${alphabet}" ${last} 1 first)
  set(${out} "${result}${first}=" PARENT_SCOPE)
endfunction()

function(loadline_embed_report_assets target style script)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${style} ${script})
  file(READ ${style} STYLE_TEXT)
  file(READ ${script} SCRIPT_TEXT)
  sha256_base64(STYLE_HASH "${STYLE_TEXT}")
  sha256_base64(SCRIPT_HASH "${SCRIPT_TEXT}")
  set(file ${CMAKE_CURRENT_BINARY_DIR}/generated/html_assets.cc)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/html_assets.cc.in ${file} @ONLY)
  target_sources(${target} PRIVATE ${file})
endfunction()

# loadline_embed_prices(TARGET FILE)
#
# Makes a price list the text of `catalog/built_in.h`, at configure time as above.
function(loadline_embed_prices target prices)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${prices})
  file(READ ${prices} PRICES_TEXT)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/generated/built_in_prices.cc)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/built_in_prices.cc.in ${file} @ONLY)
  target_sources(${target} PRIVATE ${file})
endfunction()
