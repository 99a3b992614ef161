find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)

# tricorn_generate_proto(<out-var> ROOT <dir> FILES <path below ROOT>...)
#
# C++ of protobuf messages and gRPC services into build/<preset>/generated, under the same paths:
# tricorn/v1/job.proto becomes "tricorn/v1/job.pb.h" and "tricorn/v1/job.grpc.pb.h". Sets <out-var>
# to the sources.
function(tricorn_generate_proto out)
  cmake_parse_arguments(A "" "ROOT" "FILES" ${ARGN})
  set(generated ${PROJECT_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${generated})
  set(sources)
  foreach(file ${A_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${generated}/${file})
    set(outputs ${stem}.pb.cc ${stem}.pb.h)
    set(grpc)
    file(STRINGS ${A_ROOT}/${file} services REGEX "^service ")
    if(services)
      list(APPEND outputs ${stem}.grpc.pb.cc ${stem}.grpc.pb.h)
      set(grpc --grpc_out=${generated} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc -I ${A_ROOT} -I ${PROJECT_SOURCE_DIR}/proto --cpp_out=${generated}
              ${grpc} ${A_ROOT}/${file}
      DEPENDS ${A_ROOT}/${file}
      VERBATIM)
    list(APPEND sources ${outputs})
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()
